//! Compiles the programs that the engine carries within itself: the helper that containers' processes start as
//! (`src/engine/sys/helper/`), and `docker-init` (`src/engine/sys/docker_init/`). Both are static and without any library. Cargo
//! cannot yet build one program into another, so the compiler is called here.

use std::env;
use std::path::PathBuf;
use std::process::Command;

const PROGRAMS: [(&str, &str); 2] =
    [("helper", "src/engine/sys/helper/main.rs"), ("docker_init", "src/engine/sys/docker_init/main.rs")];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/engine/sys/helper");
    println!("cargo:rerun-if-changed=src/engine/sys/docker_init");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let linux = variable("CARGO_CFG_TARGET_OS") == "linux";
    if variable("CARGO_FEATURE_ENGINE").is_empty() || !linux {
        return;
    }
    for (name, source) in PROGRAMS {
        compile(name, source);
    }
}

fn compile(name: &str, source: &str) {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let output = PathBuf::from(variable("OUT_DIR")).join(name);
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.args([source, "--crate-name", name, "--crate-type", "bin", "--edition", "2024", "--target"]);
    rustc.arg(variable("TARGET")).arg("-o").arg(&output);
    for option in ["panic=abort", "opt-level=s", "relocation-model=static", "strip=symbols", "force-unwind-tables=no"] {
        rustc.args(["-C", option]);
    }
    for option in ["-static", "-nostartfiles", "-nostdlib", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,noexecstack"] {
        rustc.args(["-C", &format!("link-arg={option}")]);
    }
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    let compiled = rustc.status().unwrap_or_else(|error| panic!("{rustc:?}: {error}"));
    assert!(compiled.success(), "{source} was not compiled: {rustc:?}");
}
