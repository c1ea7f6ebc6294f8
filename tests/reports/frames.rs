//! A command's output comes in frames unless the request that starts it says that it has a terminal – whatever the command was
//! made with, which says whether it really has one.

use crate::side::{Side, text};

pub fn area(side: &Side<'_>) {
    side.start("box", "", "echo ready; sleep 600");
    let said = |tty: bool, raw: bool| {
        let body = format!(r#"{{"AttachStdout":true,"AttachStderr":true,"Tty":{tty},"Cmd":["echo","hi"]}}"#);
        let (status, made) = side.post("/containers/box/exec", &body);
        assert_eq!(status, 201, "{}", text(&made));
        let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
        let start = format!("/exec/{}/start", made["Id"].as_str().unwrap());
        let (status, said) = side.hijack(&start, &format!(r#"{{"Detach":false,"Tty":{raw}}}"#));
        assert_eq!(status, 101, "{}", text(&said));
        said
    };
    let framed = |text: &[u8]| [&[1, 0, 0, 0, 0, 0, 0, u8::try_from(text.len()).unwrap()], text].concat();
    assert_eq!(said(true, true), b"hi\r\n");
    assert_eq!(said(true, false), framed(b"hi\r\n"));
    assert_eq!(said(false, true), b"hi\n");
    assert_eq!(said(false, false), framed(b"hi\n"));
}
