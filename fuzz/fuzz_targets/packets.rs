#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dockwalk::engine::fuzzing::packets(bytes));
