//! What may be asked of a published set, tried as somebody would who wants more.

mod amount;
mod attack;
mod guard;
mod hidden;
mod operator;
