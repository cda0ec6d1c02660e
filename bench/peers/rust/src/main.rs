// SPDX-License-Identifier: MIT

//! rustibapi_decode VERSION FILE: the quote stream of bench/wire.c through the messages of the
//! crate ibapi. Its decoders are not exported and add work of their own; what is measured is the
//! part of them that prost does. Prints quotes.VERSION.rust.rate and .sum.

use prost::Message;
use std::time::{Duration, Instant};

#[allow(dead_code, clippy::all, rustdoc::all)]
mod ibapi {
    include!(env!("IBAPI_MESSAGES"));
}

const PROTOBUF: u32 = 200;

fn number(text: &Option<String>) -> f64 {
    text.as_deref().unwrap_or("").parse().expect("a size")
}

fn read_all(data: &[u8], sum: &mut f64) -> u64 {
    let mut rest = data;
    let mut count = 0;
    while !rest.is_empty() {
        let n = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let (frame, behind) = rest[4..].split_at(n);
        let id = u32::from_be_bytes(frame[..4].try_into().unwrap());
        let body = &frame[4..];
        match id - PROTOBUF {
            1 => {
                let t = ibapi::TickPrice::decode(body).unwrap();
                *sum += t.price.unwrap_or(0.0);
                *sum += number(&t.size);
            }
            2 => *sum += number(&ibapi::TickSize::decode(body).unwrap().size),
            45 => *sum += ibapi::TickGeneric::decode(body).unwrap().value.unwrap_or(0.0),
            46 => *sum += ibapi::TickString::decode(body).unwrap().value.unwrap().len() as f64,
            _ => panic!("message {id} is none of the stream"),
        }
        rest = behind;
        count += 1;
    }
    count
}

fn main() {
    let version = std::env::args().nth(1).unwrap();
    let data = std::fs::read(std::env::args().nth(2).unwrap()).unwrap();
    let mut total = 0.0;
    read_all(&data, &mut total);
    let (mut sum, mut count, begin) = (0.0, 0, Instant::now());
    while begin.elapsed() < Duration::from_millis(400) {
        count += read_all(&data, &mut sum);
    }
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    println!("quotes.{version}.rust.rate\t{rate:.0}");
    println!("quotes.{version}.rust.sum\t{total}");
}
