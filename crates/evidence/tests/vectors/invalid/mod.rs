//! Evidence that fails, by the step at which it has to.

mod bound;
mod octets;
mod person;
mod receipt;
mod records;
mod shape;
mod token;

use super::book::Book;

pub fn write(book: &mut Book) {
    octets::write(book);
    shape::write(book);
    bound::write(book);
    token::write(book);
    person::write(book);
    records::write(book);
    receipt::write(book);
}
