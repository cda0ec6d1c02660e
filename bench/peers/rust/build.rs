// SPDX-License-Identifier: MIT

//! Finds the source of the crate ibapi, whose messages are not exported.

use std::{env, path::Path, process::Command};

fn main() {
    let out = Command::new(env::var("CARGO").unwrap())
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .output()
        .expect("cargo metadata");
    let text = String::from_utf8(out.stdout).unwrap();
    let manifest = text
        .split('"')
        .find(|word| word.contains("/ibapi-") && word.ends_with("/Cargo.toml"))
        .expect("the crate ibapi is not there");
    let messages = Path::new(manifest).parent().unwrap().join("src/proto/protobuf.rs");
    println!("cargo:rustc-env=IBAPI_MESSAGES={}", messages.display());
}
