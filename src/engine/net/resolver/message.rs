//! Messages of DNS (RFC 1035), as far as a resolver needs them that answers for a few names and passes the rest on.
//!
//! What a container sends is a stranger's: a name has a length, and no pointer is followed in a question.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes of a header.
const HEADER: usize = 12;
/// Bytes of a name as it is sent.
const NAME: usize = 255;
/// Seconds that an answer may be kept, as Docker has it.
const TTL: u32 = 600;
/// Bytes of an answer over UDP for those who say no more (RFC 1035, 4.2.1).
pub(super) const PLAIN: usize = 512;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An address.
    A,
    /// One of IPv6.
    Aaaa,
    /// The name of an address.
    Ptr,
    /// Anything else.
    Other,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// In small letters, without the dot at its end.
    pub name: String,
    /// What is asked for.
    pub kind: Kind,
    /// Where it ends in the message.
    end: usize,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An address.
    Address(IpAddr),
    /// A name.
    Name(String),
}

/// What is wrong with a question, or with who should answer it (RFC 1035, 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Format = 1,
    Server = 2,
}

/// The one question of a query. None where it is no query with one question.
pub(super) fn question(bytes: &[u8]) -> Option<Question> {
    let header = bytes.get(..HEADER)?;
    let is_query = header[2] & 0xf8 == 0;
    if !is_query || header[4..6] != [0, 1] {
        return None;
    }
    let (mut at, mut labels) = (HEADER, Vec::new());
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        match length {
            0 => break,
            1..=63 => {
                let label = bytes.get(at..at + length)?;
                labels.push(String::from_utf8_lossy(label).to_lowercase());
                at += length;
            }
            _ => return None,
        }
        if at - HEADER > NAME {
            return None;
        }
    }
    let of = bytes.get(at..at + 4)?;
    let kind = match (u16::from_be_bytes([of[0], of[1]]), u16::from_be_bytes([of[2], of[3]])) {
        (1, 1) => Kind::A,
        (28, 1) => Kind::Aaaa,
        (12, 1) => Kind::Ptr,
        _ => Kind::Other,
    };
    Some(Question { name: labels.join("."), kind, end: at + 4 })
}

/// Whether it is to be passed on to others where it is not known (RD, RFC 1035, 4.1.1).
pub(super) fn wants_others(query: &[u8]) -> bool {
    query.get(2).is_some_and(|flags| flags & 1 == 1)
}

/// An answer with these records, of at most so many bytes: where they do not fit in it says so.
pub(super) fn answer(query: &[u8], question: &Question, records: &[Record], most: usize) -> Vec<u8> {
    let mut bytes = query[..question.end].to_vec();
    let mut count = 0_u16;
    let mut cut = false;
    for record in records {
        let (kind, data) = match record {
            Record::Address(IpAddr::V4(address)) => (1_u16, address.octets().to_vec()),
            Record::Address(IpAddr::V6(address)) => (28, address.octets().to_vec()),
            Record::Name(name) => (12, encoded(name)),
        };
        // The name of the question, by where it stands; the class of the Internet.
        let mut row = vec![0xc0, HEADER as u8];
        row.extend(kind.to_be_bytes());
        row.extend(1_u16.to_be_bytes());
        row.extend(TTL.to_be_bytes());
        row.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        row.extend(data);
        if bytes.len() + row.len() > most {
            cut = true;
            break;
        }
        bytes.extend(row);
        count += 1;
    }
    head(&mut bytes, 0, cut);
    bytes[6..8].copy_from_slice(&count.to_be_bytes());
    bytes
}

/// That it cannot be answered; none where there is nothing to answer.
pub(super) fn failure(query: &[u8], why: Failure) -> Option<Vec<u8>> {
    let is_query = query.get(..HEADER)?[2] & 0x80 == 0;
    let mut bytes = match question(query) {
        Some(question) => query[..question.end].to_vec(),
        None => {
            let mut header = query[..HEADER].to_vec();
            header[4..6].fill(0);
            header
        }
    };
    head(&mut bytes, why as u8, false);
    bytes[6..8].fill(0);
    is_query.then_some(bytes)
}

/// An answer, to a question that wanted others to be asked or not; others are.
fn head(bytes: &mut [u8], code: u8, cut: bool) {
    bytes[2] = 0x80 | (bytes[2] & 0x79) | if cut { 0x02 } else { 0 };
    bytes[3] = 0x80 | code;
    bytes[8..12].fill(0);
}

fn encoded(name: &str) -> Vec<u8> {
    let label = |label: &str| {
        let bytes = &label.as_bytes()[..label.len().min(63)];
        std::iter::once(bytes.len() as u8).chain(bytes.iter().copied()).collect::<Vec<_>>()
    };
    name.split('.').filter(|part| !part.is_empty()).flat_map(label).chain([0]).collect()
}

/// The address that `9.0.168.192.in-addr.arpa` is about, or 32 digits before `.ip6.arpa` (RFC 3596).
pub fn reversed(name: &str) -> Option<IpAddr> {
    if let Some(digits) = name.strip_suffix(".ip6.arpa") {
        let one = |digit: &str| u128::from_str_radix(digit, 16).ok().filter(|_| digit.len() == 1);
        let digits: Vec<u128> = digits.split('.').rev().map(one).collect::<Option<_>>()?;
        let whole = (digits.len() == 32).then(|| digits.iter().fold(0, |whole, digit| whole << 4 | digit));
        return whole.map(|whole| Ipv6Addr::from(whole).into());
    }
    let numbers = name.strip_suffix(".in-addr.arpa")?;
    let address: Ipv4Addr = numbers.parse().ok()?;
    let [a, b, c, d] = address.octets();
    Some(Ipv4Addr::new(d, c, b, a).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(encoded(name));
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1]);
        bytes
    }

    #[test]
    fn a_question_is_read_and_answered() {
        let asked = query("Web.Net-A", 1);
        let read = question(&asked).unwrap();
        assert_eq!((read.name.as_str(), read.kind), ("web.net-a", Kind::A));
        let alone = [&asked[..2], &[0][..], &asked[3..]].concat();
        assert!(wants_others(&asked) && !wants_others(&alone) && !wants_others(&[]));
        let answer = answer(&asked, &read, &[Record::Address(Ipv4Addr::new(10, 0, 0, 2).into())], PLAIN);
        assert_eq!(answer[..8], [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1]);
        assert_eq!(answer[read.end..], [0xc0, 12, 0, 1, 0, 1, 0, 0, 2, 88, 0, 4, 10, 0, 0, 2]);
        let failed = failure(&asked, Failure::Server).unwrap();
        assert_eq!((failed[3], failed.len()), (0x82, asked.len()));
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_cut() {
        let asked = query("a", 1);
        let read = question(&asked).unwrap();
        let all = vec![Record::Address(Ipv4Addr::LOCALHOST.into()); 60];
        let cut = answer(&asked, &read, &all, PLAIN);
        assert!(cut.len() <= PLAIN && cut[2] & 2 == 2 && cut[7] == 30, "{}", cut[7]);
        assert_eq!(answer(&asked, &read, &all, 65535)[7], 60);
        let name = answer(&asked, &read, &[Record::Name("web.net".into())], PLAIN);
        assert_eq!(name[read.end + 12..], *b"\x03web\x03net\x00");
    }

    #[test]
    fn strangers_questions_are_refused_and_nothing_is_read_beyond_them() {
        let good = query("a.b", 28);
        assert_eq!(question(&good).unwrap().kind, Kind::Aaaa);
        for end in 0..good.len() {
            assert_eq!(question(&good[..end]), None, "{end}");
            failure(&good[..end], Failure::Format);
        }
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            question(&bytes)
        };
        assert_eq!([with(2, 0x80), with(5, 2), with(12, 0xc0), with(12, 63)], [None, None, None, None]);
        let long = query(&vec!["x".repeat(63); 5].join("."), 1);
        assert_eq!(question(&long), None);
        assert_eq!(failure(&[0; 5], Failure::Format), None);
        assert_eq!(failure(&answer(&good, &question(&good).unwrap(), &[], PLAIN), Failure::Format), None);
    }

    #[test]
    fn an_address_is_asked_for_backwards() {
        assert_eq!(reversed("9.0.168.192.in-addr.arpa"), Some(Ipv4Addr::new(192, 168, 0, 9).into()));
        let six = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa";
        assert_eq!(reversed(six), "fd00:1::2".parse().ok());
        for other in [
            "9.0.168.in-addr.arpa",
            "web",
            "x.0.168.192.in-addr.arpa",
            "9.0.168.192.ip6.arpa",
            "+1.0.d.f.ip6.arpa",
            ".ip6.arpa",
        ] {
            assert_eq!(reversed(other), None, "{other}");
        }
    }
}
