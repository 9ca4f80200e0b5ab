//! The launcher: the component of lightbeam with its runtime inside, so that `lightbeam send` is all that is typed.
//!
//! The engine still runs in its sandbox. It gets what the configuration names and nothing else:
//!
//! | module | holds |
//! |---|---|
//! | [`words`] | what of the command line is the launcher's own |
//! | [`grants`] | folders, variables and hosts, from what the configuration needs |
//! | [`component`] | the component's compiled code, inside this program or beside it |
//! | [`http`] | `wasi:http` on kept connections, to the granted hosts only |
//! | [`orders`] | the component's standard input: answers of a person, and `stop` |
//! | [`interrupt`] | Ctrl-C |
//! | [`sandbox`] | a run in the sandbox, from all of these |
//! | [`manual`] | shell completions and the man page |

pub mod component;
pub mod grants;
pub mod http;
pub mod interrupt;
pub mod manual;
pub mod orders;
pub mod sandbox;
pub mod words;
