//! The shell as a person meets it, in a terminal of its own that `script` of util-linux gives.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::support::Enrichment;

/// No answer takes so long, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(120);

/// What the shell tells the terminal when it begins to read keys (how it wants pasted text), and when a line is done.
const READS: &str = "\x1b[?2004h";
const DONE: &str = "\x1b[?2004l";

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const UP: &str = "\x1b[A";

/// To `select 6 * 7 as n;`.
const ANSWER: &str = "  n\n----\n 42\n(1 row)\n";

/// `rapport sql` in a terminal of 24 lines and 80 columns.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    /// What is shown, as it comes.
    shown: Receiver<String>,
    /// Of it, what came and was not waited for yet.
    rest: String,
}

impl Terminal {
    /// Starts the shell with environment variables; nothing where no terminal can be had.
    fn open(enrichment: &Enrichment, set: &[(&str, &str)]) -> Option<Terminal> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|version| version.status.success()) {
            eprintln!("SKIPPED: `script` of util-linux is not installed");
            return None;
        }
        let program = env!("CARGO_BIN_EXE_rapport");
        let line = format!("stty rows 24 columns 80; exec '{program}' sql");
        let mut command = Command::new("script");
        command.args(["-q", "-f", "-e", "-c", &line, "/dev/null"]);
        command.current_dir(enrichment.folder()).env("RAPPORT_HISTORY", "typed/before");
        command.envs([("TERM", "xterm"), ("SHELL", "/bin/sh"), ("PAGER", "")]);
        command.env_remove("NO_COLOR").envs(set.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (keys, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, shown) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let _ = sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
            }
        });
        let mut terminal = Terminal { child, keys, shown, rest: String::new() };
        assert!(terminal.until(READS).contains("\\d lists the relations"));
        Some(terminal)
    }

    /// Types.
    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Types a line, and gives what stands below it when the next one can be typed.
    #[track_caller]
    fn ask(&mut self, line: &str) -> String {
        self.press(&format!("{line}\r"));
        self.until(DONE);
        self.until(READS).replace('\r', "").trim_start_matches('\n').to_owned()
    }

    /// Waits for `expected`, and gives what is shown before it.
    #[track_caller]
    fn until(&mut self, expected: &str) -> String {
        match self.within(LIMIT, expected) {
            Some(before) => before,
            None => panic!("no {expected:?} in {:?}", self.rest),
        }
    }

    fn within(&mut self, limit: Duration, expected: &str) -> Option<String> {
        loop {
            if let Some(at) = self.rest.find(expected) {
                let after = self.rest.split_off(at + expected.len());
                self.rest.truncate(at);
                return Some(std::mem::replace(&mut self.rest, after));
            }
            self.rest += &self.shown.recv_timeout(limit).ok()?;
        }
    }

    /// Ends the shell by `keys`; it ends well.
    #[track_caller]
    fn leave(mut self, keys: &str) {
        self.press(keys);
        let mut last = Ok(String::new());
        while last.is_ok() {
            last = self.shown.recv_timeout(LIMIT);
        }
        assert_eq!(last, Err(RecvTimeoutError::Disconnected), "the shell goes on");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // the shell ends with its terminal
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_statement_goes_over_several_lines_up_to_its_semicolon() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    assert_eq!(terminal.ask("select 40\r  + 2\r as n\r;"), ANSWER);
    let both = " a\n---\n 1\n(1 row)\n b\n---\n 2\n(1 row)\n";
    assert_eq!(terminal.ask("select 1 as a; select 2 as b;"), both);
    // pasted, a line alone does not end it
    let pasted = "\x1b[200~select ';\n\\d' as a,\n 2 as b;\x1b[201~";
    assert!(terminal.ask(pasted).ends_with("(1 row)\n"));
    assert_eq!(terminal.ask(""), "");
    terminal.leave("\\q\r");
}

#[test]
fn commands_are_done_and_hold_for_what_follows() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    assert!(terminal.ask("\\d").contains("\n customer "));
    assert!(terminal.ask("\\d run").starts_with("run, view: The opened run.\n column "));
    assert_eq!(terminal.ask("\\x"), "a line for each value\n");
    assert_eq!(terminal.ask("select 6 * 7 as n;"), "-[ row 1 ]-\nn | 42\n(1 row)\n");
    assert_eq!(terminal.ask("\\x"), "columns\n");
    assert_eq!(terminal.ask("\\timing"), "timing is on\n");
    let timed = terminal.ask("select 6 * 7 as n;");
    assert!(timed.starts_with(ANSWER) && timed.ends_with(" ms\n"), "{timed}");
    assert_eq!(terminal.ask("\\timing"), "timing is off\n");
    assert_eq!(terminal.ask("select 6 * 7 as n;"), ANSWER);
    terminal.leave(CTRL_D);
}

#[test]
fn an_error_does_not_end_the_shell() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    let told = terminal.ask("select custmerid\rfrom customer;");
    assert!(told.starts_with("error: no column `custmerid`\n"), "{told}");
    assert!(told.contains("\n1 | select custmerid\n  |        ^^^^^^^^^\nhint: "), "{told}");
    assert!(terminal.ask("drop table Office;").starts_with("error: DROP TABLE is not possible"));
    assert!(terminal.ask("\\nothing").starts_with("error: no command `\\nothing`\nhint: "));
    assert!(terminal.ask("select 1 / 0;").contains("Divide by zero"));
    // what comes after it in the line is not done
    let told = terminal.ask("select nothing; select 1;");
    assert!(told.starts_with("error: no column `nothing`") && !told.contains("row"), "{told}");
    assert_eq!(terminal.ask("select 6 * 7 as n;"), ANSWER);
    terminal.leave(CTRL_D);
}

#[test]
fn ctrl_c_ends_the_query_and_not_the_shell() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    let offices: Vec<String> = (0..14).map(|at| format!("Office o{at}")).collect();
    let sum = "select sum(o0.EngagementScore + o13.EngagementScore)";
    terminal.press(&format!("select 'be' || 'gun' as a; {sum} from {};\r", offices.join(", ")));
    terminal.until("begun");
    // the first may come before the query begins
    let mut tries = 0..12;
    thread::sleep(Duration::from_millis(500));
    terminal.press(CTRL_C);
    while terminal.within(Duration::from_secs(10), "error: cancelled\r\n").is_none() {
        assert!(tries.next().is_some(), "the query goes on");
        terminal.press(CTRL_C);
    }
    terminal.until(READS);
    assert!(terminal.ask("select 'un' || 'hurt';").contains("unhurt"));
    // at the prompt it gives up all lines that are typed
    terminal.press(&format!("select nonsense\r from{CTRL_C}"));
    terminal.until(READS);
    assert_eq!(terminal.ask("select 6 * 7 as n;"), ANSWER);
    terminal.leave(CTRL_D);
}

#[test]
fn tab_completes_relations_columns_and_commands_in_any_letter_case() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    // as far as it is certain, then what it can become
    terminal.press("select max(dayss\t");
    terminal.until("DaysSinceLast");
    terminal.press("\t");
    terminal.until("\r\nDaysSinceLastEmail    DaysSinceLastMeeting\r\n");
    assert!(terminal.ask("e\t) as n from mont\t;").ends_with("\n 27\n(1 row)\n"));
    assert!(terminal.ask("\\segm\t").contains("\n stale_or_never "));
    // and what the session has made
    assert_eq!(terminal.ask("create view mine_too as select 77 as seventy_seven;"), "");
    assert!(terminal.ask("select SEVENTY\t from mine_\t;").ends_with(" 77\n(1 row)\n"));
    terminal.leave(CTRL_D);
}

#[test]
fn what_was_typed_is_there_in_the_next_shell() {
    let enrichment = Enrichment::published();
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    let first = terminal.ask("select 600\r + 66 as n;");
    let second = terminal.ask("select '\\a' as n;");
    assert_eq!(terminal.ask(UP), second);
    terminal.leave(CTRL_D);
    let kept = std::fs::read_to_string(enrichment.folder().join("typed/before")).unwrap();
    assert!(kept.contains("select 600"), "{kept}");

    let mut terminal = Terminal::open(&enrichment, &[]).unwrap();
    assert_eq!(terminal.ask(UP), second);
    // the one before it, over both of its lines
    assert_eq!(terminal.ask(&format!("{UP}{UP}")), first);
    terminal.leave(CTRL_D);
}

#[test]
fn a_history_that_cannot_be_written_keeps_nobody_from_asking() {
    let enrichment = Enrichment::published();
    enrichment.write("typed", "a file where the folder should be");
    let Some(mut terminal) = Terminal::open(&enrichment, &[]) else { return };
    assert!(terminal.ask("select 6 * 7;").contains("42"));
    terminal.leave(CTRL_D);
}

#[test]
fn what_does_not_fit_goes_through_the_pager() {
    let enrichment = Enrichment::published();
    let pager = [("PAGER", "sed s/^/paged:/")];
    let Some(mut terminal) = Terminal::open(&enrichment, &pager) else { return };
    let long = "select a.CustomerId from Office a, Office b;";
    let paged = terminal.ask(long);
    assert!(paged.starts_with("paged: CustomerId\n") && paged.ends_with("\npaged:(100 rows)\n"));
    assert!(terminal.ask("select * from Office limit 1;").starts_with("paged:"));
    assert!(!terminal.ask("select 6 * 7;").contains("paged:"));
    assert_eq!(terminal.ask("\\pager"), "the pager is off\n");
    assert_eq!(terminal.ask(long), paged.replace("paged:", ""));
    terminal.leave(CTRL_D);

    // one that is left before the end is no error
    let mut terminal = Terminal::open(&enrichment, &[("PAGER", "head -n 1")]).unwrap();
    let longer = "select a.CustomerId from Office a, Office b, Office c, Office d;";
    assert_eq!(terminal.ask(longer), " CustomerId\n");
    assert!(terminal.ask("select 6 * 7;").contains("42"));
    terminal.leave(CTRL_D);
}

#[test]
fn what_is_typed_has_colours_unless_they_are_not_wanted() {
    let enrichment = Enrichment::published();
    let coloured = "\x1b[1;34mselect\x1b[0m \x1b[32m'a'\x1b[0m";
    for (set, typed) in [(&[][..], coloured), (&[("NO_COLOR", "1")], "select 'a'")] {
        let Some(mut terminal) = Terminal::open(&enrichment, set) else { return };
        terminal.press("select 'a' as x;\r");
        let shown = terminal.until(DONE);
        assert!(shown.contains(typed), "{shown:?}");
        // results have none
        assert!(terminal.until(READS).contains("\n x\r\n---\r\n a\r\n"));
        terminal.leave(CTRL_D);
    }
}
