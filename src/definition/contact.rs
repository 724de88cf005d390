//! The contact table: contacts and customers through the definition's mapping.
//!
//! Not here: file formats (`table`).

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use twox_hash::XxHash3_128;

use super::error::reason;
use super::near::{count, list, nearest};
use super::own::{self, Own};
use super::table::{self, Format};
use super::{Definition, Error, Placed};

/// The contacts and customers of a contact table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactTable {
    /// One for each row and address, exact duplicates removed, in the order of the table.
    pub contacts: Vec<Contact>,
    /// Every customer id of the table, with or without an address, sorted.
    pub customers: Vec<String>,
    /// Rows of the table.
    pub rows: usize,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// One address of one contact of one customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// As written, trimmed; the row's first address where it has no contact id.
    pub contact_id: String,
    /// As written.
    pub customer_id: String,
    /// Address normal form.
    pub address: String,
}

/// Reads the contact table of the definition; addresses that `is_excluded` claims are passed over.
pub fn read(
    definition: &Definition,
    is_excluded: &dyn Fn(&str) -> bool,
) -> Result<ContactTable, Error> {
    let mapping = &definition.contacts;
    let path = mapping.path.value.as_path();
    let error = |problem: String| definition.error(mapping.path.line, "contacts.path", problem);
    let format = Format::of_path(path).ok_or_else(|| {
        error(format!("`{}` has no known ending", path.display()))
            .hint("a contact table is a .csv, .parquet, .jsonl, .ndjson or .json file")
    })?;
    is_readable(path).map_err(|reason| {
        let error = error(format!("`{}` {reason}", path.display()));
        match path.exists() {
            true => error,
            false => error.hint("paths are relative to the folder of the definition"),
        }
    })?;
    let mut mapped = vec![&mapping.contact_id, &mapping.customer_id];
    mapped.extend(&mapping.addresses);
    let wanted: Vec<&str> = mapped.iter().map(|column| column.value.as_str()).collect();
    let pick = |names: &[String]| {
        let keys = ["contacts.contact_id", "contacts.customer_id"].into_iter();
        let keys = keys.chain(std::iter::repeat("contacts.addresses"));
        mapped.iter().zip(keys).map(|(column, key)| pick(definition, key, column, names)).collect()
    };
    let mut reading = Reading::default();
    table::read(path, format, &wanted, &pick, &mut |cells| reading.row(cells, is_excluded))?;
    reading.finish(definition)
}

/// Opens the file once, so that a wrong path is reported at its place in the definition.
fn is_readable(path: &Path) -> Result<(), String> {
    match std::fs::File::open(path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_dir() => Err("is a folder, not a file".to_owned()),
        Ok(metadata) if metadata.len() == 0 => Err("is empty".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(reason(&error)),
    }
}

/// The column with exactly the mapped name, else the only one that differs by case or spaces.
fn pick(
    definition: &Definition,
    key: &str,
    mapped: &Placed<String>,
    names: &[String],
) -> Result<usize, Error> {
    let wanted = mapped.value.as_str();
    let all = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(at, _)| at).collect()
    };
    let exact = all(&|name| name == wanted);
    let lower = wanted.to_lowercase();
    let found = match exact.is_empty() {
        true => all(&|name| name.trim().to_lowercase() == lower),
        false => exact,
    };
    match found.as_slice() {
        [only] => Ok(*only),
        [] => {
            let has = format!("the table has {}", list(names, "and"));
            let problem = format!("the contact table has no column `{wanted}`");
            let hint = match nearest(wanted, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? {has}"),
                None => has,
            };
            Err(definition.error(mapped.line, key, problem).hint(hint))
        }
        several => {
            let found = list(several.iter().map(|at| &names[*at]), "and");
            let problem = format!("several columns fit `{wanted}`: {found}");
            Err(definition
                .error(mapped.line, key, problem)
                .hint("write the name exactly as in the table, and each name there once"))
        }
    }
}

/// The table as far as it is read.
#[derive(Default)]
struct Reading {
    contacts: Vec<Contact>,
    /// Hashes of the contacts.
    seen: HashSet<u128>,
    customers: BTreeSet<String>,
    rows: usize,
    without_customer: usize,
    without_address: usize,
    no_addresses: usize,
    excluded: usize,
}

impl Reading {
    /// Cells: contact id, customer id, addresses.
    fn row(&mut self, cells: &[&str], is_excluded: &dyn Fn(&str) -> bool) {
        self.rows += 1;
        let [contact_id, customer_id, addresses @ ..] = cells else {
            return;
        };
        // a customer id stays as it is written, so that results join back to the table they came from
        let (contact_id, customer_id) = (contact_id.trim(), *customer_id);
        if customer_id.trim().is_empty() {
            self.without_customer += 1;
            return;
        }
        if !self.customers.contains(customer_id) {
            self.customers.insert(customer_id.to_owned());
        }
        let no_addresses = Cell::new(0);
        let mut addresses: Vec<String> = addresses
            .iter()
            .filter(|text| !text.trim().is_empty())
            .filter_map(|text| {
                let address = own::address(text).ok();
                no_addresses.set(no_addresses.get() + usize::from(address.is_none()));
                address
            })
            .collect();
        self.no_addresses += no_addresses.get();
        if addresses.is_empty() {
            self.without_address += 1;
        }
        let with_excluded = addresses.len();
        addresses.retain(|address| !is_excluded(address));
        self.excluded += with_excluded - addresses.len();
        let contact_id = match contact_id {
            "" => addresses.first().cloned().unwrap_or_default(),
            id => id.to_owned(),
        };
        for address in addresses {
            // lengths tell apart what would read the same in a row
            let whole = format!(
                "{} {} {contact_id}{customer_id}{address}",
                contact_id.len(),
                customer_id.len()
            );
            if self.seen.insert(XxHash3_128::oneshot(whole.as_bytes())) {
                let (contact_id, customer_id) = (contact_id.clone(), customer_id.to_owned());
                self.contacts.push(Contact { contact_id, customer_id, address });
            }
        }
    }

    fn finish(self, definition: &Definition) -> Result<ContactTable, Error> {
        let path = &definition.contacts.path;
        let error = |problem: &str| definition.error(path.line, "contacts.path", problem);
        if self.rows == 0 {
            return Err(error("the contact table has no row"));
        }
        if self.contacts.is_empty() && self.excluded == 0 {
            return Err(error("no row of the contact table has a customer id and an address")
                .hint("see whether `customer_id` and `addresses` name the right columns"));
        }
        let name = path.value.display();
        let mut warnings = Vec::new();
        let mut warn = |number: usize, one: &str, many: &str| {
            if number > 0 {
                warnings.push(format!("`{name}`: {}", count(number, one, many)));
            }
        };
        let skipped = self.without_customer;
        warn(skipped, "row without customer id skipped", "rows without customer id skipped");
        let skipped = self.without_address;
        warn(skipped, "row without address skipped", "rows without address skipped");
        let ignored = self.no_addresses;
        warn(ignored, "text that is no address ignored", "texts that are no addresses ignored");
        Ok(ContactTable {
            contacts: self.contacts,
            customers: self.customers.into_iter().collect(),
            rows: self.rows,
            warnings,
        })
    }
}

/// Takes the contacts with an own address out of the table; refuses a table with no other.
pub fn match_own(
    definition: &Definition,
    mut table: ContactTable,
    own: &Own,
) -> Result<ContactTable, Error> {
    let own: HashSet<&str> = own.addresses.iter().map(|own| own.address.as_str()).collect();
    let is_own = |address: &str| own.contains(address);
    let (both, contacts): (Vec<Contact>, Vec<Contact>) =
        table.contacts.into_iter().partition(|contact| is_own(&contact.address));
    let addresses: BTreeSet<&str> = both.iter().map(|contact| contact.address.as_str()).collect();
    if contacts.is_empty() && !both.is_empty() {
        let problem = "the contact table has no match: every address in it is an own address";
        return Err(definition
            .error(definition.contacts.path.line, "contacts.path", problem)
            .hint("a contact table lists people of customers, not own people"));
    }
    if !addresses.is_empty() {
        table.warnings.push(format!(
            "{} both own and contact, taken as own: {}",
            count(addresses.len(), "address is", "addresses are"),
            list(addresses, "and")
        ));
    }
    Ok(ContactTable { contacts, ..table })
}
