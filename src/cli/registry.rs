//! `dockwalk registry damage|mend|damaged|move`: breaks and mends, and moves tags of, what the engine's built-in registry serves.

use super::args::RegistryCommand;
use super::{Args, Done, engine_of, out};
use crate::client::ClientError;
use crate::i18n::Words;
use crate::spec::{Digest, DigestError, Reference, ReferenceError};
use crate::trace::{Code, Damage};

pub(super) fn run(args: &Args, command: &RegistryCommand, words: &Words) -> Done {
    let client = engine_of::any(args, words)?;
    match command {
        RegistryCommand::Damage { digest, offset } => {
            say("cli-damaged", &client.damage(&parse(digest)?, *offset)?, words)
        }
        RegistryCommand::Mend { digest } => {
            let digest = digest.as_deref().map(parse).transpose()?;
            client.mend(digest.as_ref())?.iter().for_each(|damage| say("cli-mended", damage, words));
        }
        RegistryCommand::Move { tag, to } => {
            let digest = client.move_tag(&reference(tag)?, &reference(to)?)?.to_string();
            out::line(words.say_with("cli-moved", &[("tag", tag.as_str()), ("to", to.as_str()), ("digest", &digest)]));
        }
        RegistryCommand::Damaged => {
            client.damaged()?.iter().for_each(|damage| say("cli-damaged", damage, words));
        }
    }
    Ok(())
}

fn say(message: &str, damage: &Damage, words: &Words) {
    let (digest, offset, bit) = (damage.digest.to_string(), damage.offset.to_string(), damage.bit.to_string());
    let what = words.say(&format!("content-{}", damage.content.name()));
    let vars = [("digest", digest.as_str()), ("offset", &offset), ("bit", &bit), ("what", &what)];
    out::line(words.say_with(message, &vars));
}

fn reference(text: &str) -> Result<Reference, ClientError> {
    let wrong = |e: ReferenceError| ClientError::new(Code::InvalidReference).with("reason", e);
    text.parse().map_err(wrong)
}

fn parse(text: &str) -> Result<Digest, ClientError> {
    let wrong = |e: DigestError| ClientError::new(Code::DigestInvalid).with("reason", e);
    text.parse().map_err(wrong)
}
