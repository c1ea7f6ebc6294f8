# Two commands do everything:  make run   and   make test

.PHONY: run test soak build check record bench clean help

LESSON ?= 01-pull-and-run

help:
	@echo "make run     install what is missing, build, open the first lesson"
	@echo "make test    install what tests need, run everything that CI runs"
	@echo "make soak    what takes long: fuzzing, races for many rounds, kill -9 at every step"
	@echo "make record  play the lessons live and write fixtures/traces anew"
	@echo "make bench   measure against docker and podman (root)"

run:
	@scripts/setup run
	cargo build --release --locked
	target/release/dockwalk --lesson $(LESSON)

build:
	cargo build --release --locked

test:
	@scripts/setup test
	@scripts/test

soak:
	@scripts/setup test
	@scripts/soak

record:
	@scripts/setup run
	cargo build --locked
	scripts/record

bench:
	@scripts/setup test
	cargo build --release --locked
	cargo bench --bench trace
	cargo bench --no-default-features --features engine --bench term -- 1000
	benches/run.sh
	benches/pull.sh
	benches/unpack.sh

clean:
	cargo clean
