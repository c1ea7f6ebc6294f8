//! Compiles the helper that containers' processes start as (`src/engine/sys/helper/`): a static program without any library,
//! which the engine carries within itself. Cargo cannot yet build one program into another, so the compiler is called here.

use std::env;
use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "src/engine/sys/helper/main.rs";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/engine/sys/helper");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let linux = variable("CARGO_CFG_TARGET_OS") == "linux";
    if variable("CARGO_FEATURE_ENGINE").is_empty() || !linux {
        return;
    }
    let output = PathBuf::from(variable("OUT_DIR")).join("helper");
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.args([SOURCE, "--crate-name", "helper", "--crate-type", "bin", "--edition", "2024", "--target"]);
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
    assert!(compiled.success(), "{SOURCE} was not compiled: {rustc:?}");
}
