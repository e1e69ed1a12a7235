//! How a table of names is written: one row a variant, its stable name, and one sentence on what was found.
//!
//! Code, tests, audit entries, the catalogue and the documents are made from such a table or checked against it.

/// Makes an enum with `ALL`, `name` and `explanation` from its rows. The sentence is the row's documentation.
macro_rules! named {
    (
        $(#[doc = $about:literal])+
        $Table:ident:
        $( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, )+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Table {
            $( $(#[doc = $doc])+ $variant, )+
        }

        impl $Table {
            /// Every row, in the order of the table.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];

            /// The stable name that audit entries, documents and catalogue keys use.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// One sentence on what was found.
            pub const fn explanation(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+).trim_ascii_start(), )+ }
            }
        }

        impl std::fmt::Display for $Table {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(crate) use named;
