# Two commands do everything:  make run   and   make test

.PHONY: run test soak build release deb record bench clean help

LESSON ?= 01-pull-and-run

help:
	@echo "make run     install what is missing, build, open the first lesson"
	@echo "make test    install what tests need, run everything that CI runs"
	@echo "make release the same with every optimisation; it takes longer"
	@echo "make deb     a package for Debian and Ubuntu, in target/deb"
	@echo "make soak    what takes long: fuzzing, races for many rounds, kill -9 at every step, networks and storage at random"
	@echo "make record  play the lessons live and write fixtures/traces anew"
	@echo "make bench   measure against docker and podman (root)"

run:
	@scripts/setup run
	cargo build --profile quick --locked
	target/quick/dockwalk --lesson $(LESSON)

build:
	cargo build --profile quick --locked

# Optimised across crates, which takes most of the time (profiles in Cargo.toml).
release:
	@scripts/setup run
	cargo build --release --locked

deb: release
	@scripts/deb

test:
	@scripts/setup test
	@scripts/test

soak:
	@scripts/setup test
	@scripts/soak

record:
	@scripts/setup test
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
