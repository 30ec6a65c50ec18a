//! The canonical bytes of a value, and back: what fingerprints hash, spill files and checkpoints hold.
//!
//! Each value is one kind byte and a body that says its own length, so no encoding is a prefix of
//! another and sequences of them need no separators. Equal values have equal bytes, in either form and
//! on any machine: strings by text, integers in as few bytes as they need.

use std::fmt;

use num_bigint::BigInt;

use super::view::{Shape, View};
use super::{Datum, Fault, Limits, Result, Value};

const FALSE: u8 = 0;
const TRUE: u8 = 1;
const INT: u8 = 2;
const STR: u8 = 3;
const MODEL: u8 = 4;
const SET: u8 = 5;
const TUPLE: u8 = 6;
const RECORD: u8 = 7;
const FUNCTION: u8 = 8;
/// Kind bytes from here on are no value's: fingerprints mark what follows a path with them.
pub(super) const FIRST_FREE: u8 = 16;

/// How deep a decoded value may nest.
const DEPTH: usize = 10_000;

impl Value {
    /// Appends the canonical bytes. A lazy set is enumerated; an infinite one is an error.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<()> {
        encode(self, out)
    }
}

impl Datum {
    /// Appends the canonical bytes, which are those of the same [`Value`].
    pub fn encode(&self, out: &mut Vec<u8>) {
        let encoded = encode(self, out);
        debug_assert!(encoded.is_ok(), "a datum holds nothing that cannot be encoded");
    }

    /// Reads one value from the front of the bytes, which then hold the rest. Bytes that are not the
    /// canonical encoding of a value are an error.
    pub fn decode(bytes: &mut &[u8]) -> Result<Datum, DecodeError> {
        decode(bytes, 0)
    }
}

/// Appends the canonical bytes of a value in either form.
pub(super) fn encode<T: Shape>(value: &T, out: &mut Vec<u8>) -> Result<()> {
    match value.view() {
        View::Bool(b) => out.push(if b { TRUE } else { FALSE }),
        View::Int(i) => encode_int(i, out),
        View::Big(big) => {
            let bytes = big.to_signed_bytes_be();
            out.push(INT);
            encode_len(bytes.len(), out);
            out.extend_from_slice(&bytes);
        }
        View::Str(s) => encode_text(STR, s, out),
        View::Model(m) => encode_text(MODEL, m, out),
        View::Set(elements) => encode_all(SET, elements, out)?,
        View::Tuple(elements) => encode_all(TUPLE, elements, out)?,
        View::Record(len) => {
            out.push(RECORD);
            encode_len(len, out);
            for at in 0..len {
                let (name, value) = value.field(at);
                encode_len(name.len(), out);
                out.extend_from_slice(name.as_bytes());
                encode(value, out)?;
            }
        }
        View::Function(len) => {
            out.push(FUNCTION);
            encode_len(len, out);
            for at in 0..len {
                let (key, value) = value.pair(at);
                encode(key, out)?;
                encode(value, out)?;
            }
        }
        View::Unforced(Value::Closure(c)) => {
            let domain = c.domain.clone();
            return Err(Fault::InfiniteFunction { op: "encoding", domain }.into());
        }
        View::Unforced(set) => {
            let built = set.explicit("encoding", &Limits::DEFAULT)?;
            encode_all(SET, built.elements(), out)?;
        }
    }
    Ok(())
}

fn encode_all<T: Shape>(kind: u8, values: &[T], out: &mut Vec<u8>) -> Result<()> {
    out.push(kind);
    encode_len(values.len(), out);
    values.iter().try_for_each(|value| encode(value, out))
}

/// Appends the bytes of a string value.
pub(super) fn encode_string(text: &str, out: &mut Vec<u8>) {
    encode_text(STR, text, out);
}

fn encode_text(kind: u8, text: &str, out: &mut Vec<u8>) {
    out.push(kind);
    encode_len(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// Appends the bytes of an integer value: two's complement, most significant byte first, as few bytes
/// as hold it.
pub(super) fn encode_int(i: i64, out: &mut Vec<u8>) {
    let bytes = i.to_be_bytes();
    // A leading byte is needless when it only repeats the sign of the next.
    let needless = bytes
        .windows(2)
        .take_while(|pair| (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xff && pair[1] >= 0x80))
        .count();
    out.push(INT);
    out.push((bytes.len() - needless) as u8);
    out.extend_from_slice(&bytes[needless..]);
}

/// Seven bits a byte, the lowest first.
fn encode_len(mut len: usize, out: &mut Vec<u8>) {
    while len >= 0x80 {
        out.push(len as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
}

/// Bytes that are not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They end inside a value.
    Truncated,
    /// A byte that begins no value.
    UnknownKind(u8),
    /// A text that is not UTF-8.
    NotText,
    /// A value, but not in canonical form.
    NotCanonical,
    /// Nested deeper than any value is.
    TooDeep,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Truncated => f.write_str("the bytes end inside a value"),
            DecodeError::UnknownKind(kind) => write!(f, "no value begins with the byte {kind}"),
            DecodeError::NotText => f.write_str("a text is not UTF-8"),
            DecodeError::NotCanonical => f.write_str("a value is not in canonical form"),
            DecodeError::TooDeep => f.write_str("a value is nested too deep"),
        }
    }
}

impl std::error::Error for DecodeError {}

fn decode(bytes: &mut &[u8], depth: usize) -> Result<Datum, DecodeError> {
    if depth > DEPTH {
        return Err(DecodeError::TooDeep);
    }
    // The bytes come from a file and may nest deeper than the stack was made for.
    stacker::maybe_grow(64 << 10, 1 << 20, || decode_value(bytes, depth))
}

fn decode_value(bytes: &mut &[u8], depth: usize) -> Result<Datum, DecodeError> {
    let kind = take(bytes, 1)?[0];
    Ok(match kind {
        FALSE => Datum::Bool(false),
        TRUE => Datum::Bool(true),
        INT => {
            let len = decode_len(bytes)?;
            let body = take(bytes, len)?;
            let integer = BigInt::from_signed_bytes_be(body);
            if integer.to_signed_bytes_be() != body {
                return Err(DecodeError::NotCanonical);
            }
            Datum::integer(integer)
        }
        STR => Datum::Str(decode_text(bytes)?),
        MODEL => Datum::ModelValue(decode_text(bytes)?),
        SET | TUPLE => {
            let len = decode_len(bytes)?;
            let mut elements = Vec::with_capacity(len.min(bytes.len()));
            for _ in 0..len {
                elements.push(decode(bytes, depth + 1)?);
            }
            if kind == TUPLE {
                return Ok(Datum::Tuple(elements));
            }
            ascending(elements.is_sorted_by(|a, b| a < b))?;
            Datum::Set(elements)
        }
        RECORD => {
            let len = decode_len(bytes)?;
            let mut fields = Vec::with_capacity(len.min(bytes.len()));
            for _ in 0..len {
                let name = decode_text(bytes)?;
                fields.push((name, decode(bytes, depth + 1)?));
            }
            ascending(len > 0 && fields.is_sorted_by(|a, b| a.0 < b.0))?;
            Datum::Record(fields)
        }
        FUNCTION => {
            let len = decode_len(bytes)?;
            let mut pairs = Vec::with_capacity(len.min(bytes.len()));
            for _ in 0..len {
                let key = decode(bytes, depth + 1)?;
                pairs.push((key, decode(bytes, depth + 1)?));
            }
            ascending(pairs.is_sorted_by(|a, b| a.0 < b.0))?;
            match Datum::function(pairs) {
                function @ Datum::Function(_) => function,
                _ => return Err(DecodeError::NotCanonical),
            }
        }
        other => return Err(DecodeError::UnknownKind(other)),
    })
}

fn ascending(holds: bool) -> Result<(), DecodeError> {
    if holds { Ok(()) } else { Err(DecodeError::NotCanonical) }
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], DecodeError> {
    let (front, rest) = bytes.split_at_checked(len).ok_or(DecodeError::Truncated)?;
    *bytes = rest;
    Ok(front)
}

fn decode_len(bytes: &mut &[u8]) -> Result<usize, DecodeError> {
    let mut len = 0usize;
    for shift in (0..63).step_by(7) {
        let byte = take(bytes, 1)?[0];
        len |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            // A last byte of zero would be a longer spelling of a smaller number.
            ascending(byte != 0 || shift == 0)?;
            return Ok(len);
        }
    }
    Err(DecodeError::NotCanonical)
}

fn decode_text(bytes: &mut &[u8]) -> Result<String, DecodeError> {
    let len = decode_len(bytes)?;
    let text = std::str::from_utf8(take(bytes, len)?).map_err(|_| DecodeError::NotText)?;
    Ok(text.to_owned())
}
