//! Which of the host's ports are given to containers.

use super::*;
use std::collections::BTreeMap;

/// Where the kernel's own choice of ports is said: two numbers, both of them among those (`ip(7)`, `ip_local_port_range`).
const RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
/// What it is where that cannot be read.
const USUAL: (u16, u16) = (32_768, 60_999);

/// A port of the host's that is given to a container.
type Key = (Transport, SocketAddr);

/// The ports that are given, each with the name of its container.
#[derive(Debug, Default)]
pub(super) struct Book {
    given: Arc<Mutex<BTreeMap<Key, String>>>,
    /// What was given last of several: as in Docker's, the next comes after it.
    last: Mutex<BTreeMap<(Transport, u16, u16), u16>>,
}

/// A right to a port; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    given: Arc<Mutex<BTreeMap<Key, String>>>,
    key: Key,
}

impl Book {
    /// Gives a port to a container; else who has it.
    pub(super) fn claim(
        &self,
        transport: &Transport,
        at: SocketAddr,
        name: &str,
    ) -> std::result::Result<Claim, String> {
        let key = (transport.clone(), at);
        let mut given = self.given.lock();
        match given.get(&key) {
            Some(holder) => Err(holder.clone()),
            None => {
                given.insert(key.clone(), name.to_owned());
                Ok(Claim { given: Arc::clone(&self.given), key })
            }
        }
    }

    /// Who has that port at another address.
    pub(super) fn beside(&self, transport: &Transport, at: SocketAddr) -> Option<String> {
        let given = self.given.lock();
        let is = |(of, other): &Key| of == transport && other.port() == at.port() && *other != at;
        given.iter().find(|(key, _)| is(key)).map(|(_, name)| name.clone())
    }

    /// The ports that can be given, in their order: those after the last that was given of them, and those before it. Without a name
    /// they are the kernel's own choice.
    pub(super) fn candidates(
        &self,
        netns: &Netns,
        transport: &Transport,
        named: Option<&RangeInclusive<u16>>,
    ) -> Result<Vec<u16>> {
        let (first, last) = self.range(netns, named)?;
        let given = self.last.lock().get(&(transport.clone(), first, last)).copied();
        let next = given.map_or(first, |given| given.saturating_add(1));
        Ok((next..=last).chain(first..next.min(last.saturating_add(1))).collect())
    }

    /// That port was given of those.
    pub(super) fn gave(
        &self,
        netns: &Netns,
        transport: &Transport,
        named: Option<&RangeInclusive<u16>>,
        port: u16,
    ) -> Result<()> {
        let (first, last) = self.range(netns, named)?;
        self.last.lock().insert((transport.clone(), first, last), port);
        Ok(())
    }

    fn range(&self, netns: &Netns, named: Option<&RangeInclusive<u16>>) -> Result<(u16, u16)> {
        let named = named.map(|named| (*named.start(), *named.end()));
        let asked = || netns.run(|| Ok(std::fs::read_to_string(RANGE).ok()));
        named.map_or_else(|| Ok(asked()?.as_deref().and_then(two_numbers).unwrap_or(USUAL)), Ok)
    }
}

fn two_numbers(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split_whitespace().map(str::parse);
    let (first, last) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    (0 < first && first <= last).then_some((first, last))
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.given.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_containers_until_it_gives_it_back() {
        let book = Book::default();
        let at = |ip: [u8; 4]| SocketAddr::from((ip, 8080));
        let web = book.claim(&Transport::Tcp, at([0; 4]), "web").unwrap();
        assert_eq!(book.claim(&Transport::Tcp, at([0; 4]), "api").unwrap_err(), "web");
        let others = [(Transport::Udp, at([0; 4])), (Transport::Tcp, at([127, 0, 0, 1]))];
        let others = others.map(|(transport, at)| book.claim(&transport, at, "api").unwrap());
        drop(web);
        book.claim(&Transport::Tcp, at([0; 4]), "api").unwrap();
        drop(others);
    }

    #[test]
    fn the_next_port_comes_after_the_last() {
        let (book, netns) = (Book::default(), Netns::current().unwrap());
        let all =
            |named: Option<RangeInclusive<u16>>| book.candidates(&netns, &Transport::Tcp, named.as_ref()).unwrap();
        let gave = |named: Option<RangeInclusive<u16>>, port| {
            book.gave(&netns, &Transport::Tcp, named.as_ref(), port).unwrap();
        };
        assert_eq!(all(Some(80..=82)), [80, 81, 82]);
        gave(Some(80..=82), 80);
        assert_eq!(all(Some(80..=82)), [81, 82, 80]);
        assert_eq!(all(Some(80..=83)), [80, 81, 82, 83], "another range");
        let free = all(None);
        gave(None, free[0]);
        assert_eq!(all(None)[0], free[1]);
        gave(None, free[free.len() - 1]);
        assert_eq!(all(None), free, "it begins anew");
        gave(Some(65_535..=65_535), 65_535);
        assert_eq!(all(Some(65_535..=65_535)), [65_535]);
    }

    #[test]
    fn a_range_is_two_numbers_that_ascend() {
        assert_eq!(two_numbers("32768\t60999\n"), Some(USUAL));
        for bad in ["", "1", "2 1", "0 5", "1 70000", "a b"] {
            assert_eq!(two_numbers(bad), None, "{bad}");
        }
    }
}
