//! `docker login`, `docker logout`: the engine asks the registry, docker's own `config.json` keeps the answer.

use super::credentials::{Config, Login};
use super::{CommandSession, Failure};
use crate::cli::docker_args::{LoginArgs, LogoutArgs};
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::docker::AuthAnswer;
use crate::spec::visible;
use std::io::{BufRead, Read};

pub(in crate::cli) fn login(session: &CommandSession<'_>, args: &LoginArgs) -> Done {
    let registry = args.server.as_deref().unwrap_or("docker.io");
    let mut config = Config::load()?;
    let login = Login::Password { username: username(session, args)?, password: password(session, args)? };
    let body = login.auth_config(registry);
    let answer: AuthAnswer = session.client.post("/auth", &body)?;
    let token = Some(answer.identity_token).filter(|token| !token.is_empty());
    let login = token.map_or(login, Login::Identity);
    config.keep(registry, &login)?;
    if !config.is_guarded(registry) {
        let path = visible::path(&config.path);
        out::complaint(session.words.say_with("cli-login-unguarded", &[("path", &path)]));
    }
    out::line(answer.status);
    Ok(())
}

pub(in crate::cli) fn logout(session: &CommandSession<'_>, args: &LogoutArgs) -> Done {
    let registry = args.server.as_deref().unwrap_or("docker.io");
    let known = Config::load()?.forget(registry)?;
    let message = if known { "cli-logged-out" } else { "cli-not-logged-in" };
    out::line(session.words.say_with(message, &[("registry", registry)]));
    Ok(())
}

fn username(session: &CommandSession<'_>, args: &LoginArgs) -> Result<String, Failure> {
    if let Some(name) = &args.username {
        return Ok(name.clone());
    }
    out::question(session.words.say("cli-ask-username"));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn password(session: &CommandSession<'_>, args: &LoginArgs) -> Result<String, Failure> {
    if let Some(password) = &args.password {
        return Ok(password.clone());
    }
    if args.password_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(unread)?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    out::question(session.words.say("cli-ask-password"));
    Ok(out::secret().map_err(unread)?)
}

fn unread(error: std::io::Error) -> ClientError {
    ClientError::new("password-unread").with("reason", error)
}
