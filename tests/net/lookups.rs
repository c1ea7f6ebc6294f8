//! Who answers for names in a container's network namespace, and whom it asks for others.

use super::{Engine, in_netns};
use dockwalk::engine::lab::Netns;
use dockwalk::engine::net::{Kind, NAMES_AT, Names, Question, Record, Reply, Resolver, Wish};
use dockwalk::trace::NetworkMode;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

const KNOWN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

/// A query for an address: its bytes.
fn query(name: &str, id: u8) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| [&[label.len() as u8][..], label.as_bytes()].concat());
    [&[0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &labels.collect::<Vec<_>>(), &[0, 0, 1, 0, 1]].concat()
}

fn by_datagram(netns: &Netns, query: &[u8]) -> Vec<u8> {
    let ask = || {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.connect((NAMES_AT, 53)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket.send(query).unwrap();
        let mut answer = vec![0; 4096];
        let length = socket.recv(&mut answer).unwrap();
        answer.truncate(length);
        Ok(answer)
    };
    netns.run(ask).unwrap()
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).unwrap();
    message
}

fn by_stream(netns: &Netns, query: &[u8]) -> Vec<u8> {
    let ask = || {
        let mut stream = TcpStream::connect((NAMES_AT, 53)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&framed(query)).unwrap();
        Ok(read(&mut stream))
    };
    netns.run(ask).unwrap()
}

/// What another name server says to everything: the query itself, as an answer.
fn said(query: &[u8]) -> Vec<u8> {
    let mut answer = query.to_vec();
    answer[2] |= 0x80;
    answer
}

pub fn names_are_answered_and_others_asked() {
    super::needs("nft");
    let engine = Engine::new();
    let net = engine.start();
    let id = engine.container('a');
    let netns = engine.op(|cx| net.make_netns(cx, &id));
    engine.op(|cx| net.connect(cx, net.driver(&NetworkMode::None)?.as_ref(), &id, &netns, &Wish::default()));
    // The container's own server has port 53, and is the one that others are asked of.
    let other = netns.run(|| Ok((UdpSocket::bind("0.0.0.0:53").unwrap(), TcpListener::bind("0.0.0.0:53").unwrap())));
    let (udp, tcp) = other.unwrap();
    let threads = [
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            let (length, from) = udp.recv_from(&mut bytes).unwrap();
            udp.send_to(&said(&bytes[..length]), from).unwrap();
        }),
        std::thread::spawn(move || {
            let (mut stream, _) = tcp.accept().unwrap();
            let query = read(&mut stream);
            stream.write_all(&framed(&said(&query))).unwrap();
        }),
    ];
    let names: Names = Arc::new(|question: &Question| match (question.name.as_str(), question.kind) {
        ("web.net", Kind::A) => Reply::Known(vec![Record::Address(KNOWN.into())]),
        ("nobody", _) => Reply::Nobody,
        _ => Reply::Elsewhere,
    });
    let resolver = engine.op(|cx| Resolver::start(cx, &id, &netns, &[Ipv4Addr::LOCALHOST.into()], Arc::clone(&names)));
    for ask in [by_datagram, by_stream] {
        let answer = ask(&netns, &query("Web.net", 1));
        assert!(answer.starts_with(&[0, 1, 0x81, 0x80]) && answer.ends_with(&KNOWN.octets()), "{answer:?}");
        let failed = ask(&netns, &query("nobody", 2));
        assert_eq!(failed[..4], [0, 2, 0x81, 0x82]);
        let asked = query("box.example", 3);
        assert_eq!(ask(&netns, &asked), said(&asked));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    drop(resolver);
    let sockets = in_netns(&netns, "cat /proc/net/udp /proc/net/tcp");
    let own = |line: &str| line.split_whitespace().nth(1).is_some_and(|local| local.starts_with("0B00007F"));
    assert!(!sockets.lines().any(own), "{sockets}");
    engine.op(|cx| net.disconnect(cx, &id));
    engine.op(|cx| net.stop(cx));
}
