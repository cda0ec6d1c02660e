module portcullis/interop/registry

go 1.26

require github.com/modelcontextprotocol/registry v1.8.8
