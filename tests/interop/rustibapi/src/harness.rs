// SPDX-License-Identifier: MIT

//! TAP, the paper exchange and the waiting: what the other interop programs have in harness.py and
//! harness.mjs. A flow fails by panicking.

use std::io::{BufRead, BufReader};
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How long any single answer may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Flow<C> {
    /// Its name in the table of docs/interop.md.
    pub step: &'static str,
    pub sentence: &'static str,
    pub run: fn(&mut C),
}

static COMPLAINT: Mutex<String> = Mutex::new(String::new());

/// Runs the flows in order and returns the exit status; one that fails does not stop the rest.
pub fn run_all<C>(context: &mut C, flows: &[Flow<C>], who: &str) -> i32 {
    set_hook(Box::new(|info| *COMPLAINT.lock().unwrap() = info.to_string()));
    let mut failed = 0;
    for (i, flow) in flows.iter().enumerate() {
        let passed = catch_unwind(AssertUnwindSafe(|| (flow.run)(context))).is_ok();
        let result = if passed { "ok" } else { "not ok" };
        println!("{result} {} - {who}, {}: {}", i + 1, flow.step, flow.sentence);
        if !passed {
            failed += 1;
            for line in COMPLAINT.lock().unwrap().lines() {
                println!("# {line}");
            }
        }
    }
    println!("1..{}", flows.len());
    i32::from(failed > 0)
}

/// Waits until `condition` gives something.
pub fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A program that ends with its owner.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // TERM, not KILL: the exchange closes its sockets itself
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Starts a program; what stands in its standard error between `before` and the end of the number.
fn announced(before: &str, name: &Path, arguments: &[&str]) -> (u16, Program) {
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{}: {e}", name.display()));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let program = Program(child);
    while let Some(Ok(line)) = lines.next() {
        if let Some((_, rest)) = line.split_once(before) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            thread::spawn(move || lines.for_each(drop));
            return (digits.parse().expect("a port"), program);
        }
    }
    panic!("{} did not start", name.display());
}

/// A paper exchange of its own that keeps nothing, behind the recording proxy where requests are
/// recorded. `more` are further options.
pub fn exchange(client: &str, version: u32, more: &[&str]) -> (u16, Vec<Program>) {
    let build = std::env::var("INTEROP_BUILD").unwrap_or("build".into());
    let version_text = version.to_string();
    let options = ["paper", "--memory", "--port", "0", "--no-subscription", "LSE"];
    let options = [&options[..], &["--max-version", &version_text], more].concat();
    let (port, paper) = announced("127.0.0.1:", &Path::new(&build).join("portcullis"), &options);
    let Ok(directory) = std::env::var("INTEROP_RECORD") else {
        return (port, vec![paper]);
    };
    let file = Path::new(&directory).join(format!("{}-at-{version}.txt", client.replace(' ', "-")));
    let (through, proxy) = announced(
        "listening on ",
        Path::new("python3"),
        &["tests/interop/record_proxy.py", &port.to_string(), file.to_str().unwrap(), client],
    );
    (through, vec![proxy, paper])
}
