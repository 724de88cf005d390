//! The folder `sql/` is compiled in; a new file there is news that cargo would not see by itself.

#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=sql");
}
