// SPDX-License-Identifier: MIT

//! mcp_rust DIR [PORT]: recorded answers through rmcp, over stdio or HTTP.

use std::{collections::HashMap, fs, sync::Arc};

use axum::serve::ListenerExt;
use rmcp::{
    model::*,
    service::RequestContext,
    transport::{
        stdio,
        streamable_http_server::{
            session::local::LocalSessionManager, StreamableHttpServerConfig, StreamableHttpService,
        },
    },
    ErrorData, RoleServer, ServerHandler, ServiceExt,
};

#[derive(Clone)]
struct Recorded {
    tools: Arc<Vec<Tool>>,
    results: Arc<HashMap<String, CallToolResult>>,
}

impl Recorded {
    fn read(dir: &str) -> Self {
        let text = fs::read_to_string(format!("{dir}/tools.json")).expect("tools.json");
        let list: ListToolsResult = serde_json::from_str(&text).expect("a list of tools");
        let results = list.tools.iter().map(|tool| {
            let text = fs::read_to_string(format!("{dir}/{}.json", tool.name)).expect("an answer");
            let mut result = CallToolResult::success(vec![ContentBlock::text(text.clone())]);
            result.structured_content = Some(serde_json::from_str(&text).expect("JSON"));
            (tool.name.to_string(), result)
        });
        Recorded { results: Arc::new(results.collect()), tools: Arc::new(list.tools) }
    }
}

impl ServerHandler for Recorded {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let found = self.results.get(request.name.as_ref());
        found.cloned().map(Into::into).ok_or_else(|| ErrorData::invalid_params("no such tool", None))
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let recorded = Recorded::read(&arguments[1]);
    let Some(port) = arguments.get(2) else {
        let service = recorded.serve(stdio()).await.expect("stdio");
        service.waiting().await.expect("an orderly end");
        return;
    };
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let service = StreamableHttpService::new(
        move || Ok(recorded.clone()),
        LocalSessionManager::default().into(),
        config,
    );
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("port");
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("no delay"));
    let router = axum::Router::new().nest_service("/mcp", service);
    axum::serve(listener, router).await.expect("serve");
}
