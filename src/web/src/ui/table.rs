//! Table component (data grid): columns declared once, rows drawn through them. On a phone each row is a card.
//!
//! ```text
//! Table::new(caption).column(main(head, cell)).column(figure(head, cell)).view(rows)
//! ```

use leptos::prelude::*;

use super::{
    bulk::{Bulk, selection_cell, selection_head},
    icon::{Icon, Picture},
};
use crate::texts::t;

/// What a cell shows of a row.
type Cell<R> = Box<dyn Fn(&R) -> AnyView>;

/// What stands in place of a row's cells; `None` for a row that can be read.
type Instead<R> = Box<dyn Fn(&R) -> Option<AnyView>>;

/// The order a column is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// A heading that sorts: a link to the list in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The list in the other order.
    pub(crate) href: String,
    /// The order it is in now; none if it is sorted by something else.
    pub(crate) order: Option<Order>,
}

/// A column.
pub(crate) struct Column<R> {
    head: String,
    head_unseen: bool,
    row_header: bool,
    classes: Vec<&'static str>,
    label: Option<String>,
    sort: Option<Sort>,
    cell: Cell<R>,
}

/// What a row is called by: its first line on a card.
pub(crate) fn main<R>(head: String, cell: impl Fn(&R) -> AnyView + 'static) -> Column<R> {
    Column { row_header: true, ..Column::new(head, &["cell-main"], cell) }
}

/// A cell like any other.
pub(crate) fn plain<R>(head: String, cell: impl Fn(&R) -> AnyView + 'static) -> Column<R> {
    Column::new(head, &[], cell)
}

/// The state: at the right end of a card's first line.
pub(crate) fn state<R>(head: String, cell: impl Fn(&R) -> AnyView + 'static) -> Column<R> {
    Column::new(head, &["cell-state"], cell)
}

/// A number, set to the right.
pub(crate) fn figure<R>(head: String, cell: impl Fn(&R) -> AnyView + 'static) -> Column<R> {
    Column::new(head, &["figure"], cell)
}

/// A button for the row; the heading is there for those who hear the table.
pub(crate) fn action<R>(head: String, cell: impl Fn(&R) -> AnyView + 'static) -> Column<R> {
    Column { head_unseen: true, ..Column::new(head, &["figure"], cell) }
}

impl<R> Column<R> {
    fn new(head: String, classes: &[&'static str], cell: impl Fn(&R) -> AnyView + 'static) -> Self {
        let cell = Box::new(cell);
        Self { head, head_unseen: false, row_header: false, classes: classes.to_vec(), label: None, sort: None, cell }
    }

    /// Left out on a card.
    pub(crate) fn wide(self) -> Self {
        self.class("cell-wide")
    }

    /// At the lower right of a card.
    pub(crate) fn note(self) -> Self {
        self.class("cell-note")
    }

    /// In the colour of what is less important.
    pub(crate) fn muted(self) -> Self {
        self.class("muted")
    }

    /// Says on a card, where there is no heading, what the cell is about; in a line of its own unless it is a note.
    pub(crate) fn labelled(self, label: String) -> Self {
        Self { label: Some(label), ..self.class("cell-line") }
    }

    /// With a heading that sorts.
    pub(crate) fn sorted(self, sort: Sort) -> Self {
        Self { sort: Some(sort), ..self }
    }

    fn class(mut self, class: &'static str) -> Self {
        self.classes.push(class);
        self
    }

    fn head(&self) -> AnyView {
        let class = self.classes.contains(&"figure").then_some("figure");
        let word = self.head.clone();
        if self.head_unseen {
            return view! { <th scope="col" class=class><span class="unseen">{word}</span></th> }.into_any();
        }
        let Some(sort) = self.sort.clone() else { return view! { <th scope="col" class=class>{word}</th> }.into_any() };
        let (order, picture) = match sort.order {
            Some(Order::Ascending) => (Some("ascending"), Some(Picture::Up)),
            Some(Order::Descending) => (Some("descending"), Some(Picture::Down)),
            None => (None, None),
        };
        view! {
            <th scope="col" class=class aria-sort=order>
                <a class="sort" href=sort.href>
                    {word}
                    {picture.map(|picture| view! { <Icon picture /> })}
                </a>
            </th>
        }
        .into_any()
    }

    fn cell(&self, row: &R) -> AnyView {
        let content = (self.cell)(row);
        if self.row_header {
            return view! { <th scope="row" class=self.classes.join(" ")>{content}</th> }.into_any();
        }
        let label = self.label.clone().map(|label| view! { <span class="unit muted">{label} " "</span> });
        let class = (!self.classes.is_empty()).then(|| self.classes.join(" "));
        view! { <td class=class>{label} {content}</td> }.into_any()
    }
}

/// A table of rows.
pub(crate) struct Table<R> {
    caption: String,
    columns: Vec<Column<R>>,
    dense: bool,
    instead: Option<Instead<R>>,
    bulk: Option<Bulk<R>>,
}

impl<R> Table<R> {
    /// Without columns yet. `caption` is for those who hear the table.
    pub(crate) fn new(caption: String) -> Self {
        Self { caption, columns: Vec::new(), dense: false, instead: None, bulk: None }
    }

    /// With one more column.
    pub(crate) fn column(mut self, column: Column<R>) -> Self {
        self.columns.push(column);
        self
    }

    /// With one more column, if `there` is true.
    pub(crate) fn column_if(self, there: bool, column: impl FnOnce() -> Column<R>) -> Self {
        if there { self.column(column()) } else { self }
    }

    /// Rows of one line, 36 px high; scrolls sideways by itself where it is too wide.
    pub(crate) fn dense(self) -> Self {
        Self { dense: true, ..self }
    }

    /// With something in place of the other cells for rows that cannot be read.
    pub(crate) fn instead(self, instead: impl Fn(&R) -> Option<AnyView> + 'static) -> Self {
        Self { instead: Some(Box::new(instead)), ..self }
    }

    /// With a tick before each row and a bar of actions for those that are ticked.
    pub(crate) fn bulk(self, bulk: Bulk<R>) -> Self {
        Self { bulk: Some(bulk), ..self }
    }

    /// The table of `rows`.
    pub(crate) fn view(self, rows: Vec<R>) -> AnyView {
        let Self { caption, columns, dense, instead, bulk } = self;
        let heads = columns.iter().map(Column::head).collect_view();
        let tick_head = bulk.as_ref().map(|_| selection_head());
        let others = (columns.len().saturating_sub(1)).to_string();
        let body = rows
            .iter()
            .map(|row| {
                let tick = bulk.as_ref().map(|bulk| selection_cell(bulk, row));
                let Some(instead) = instead.as_ref().and_then(|instead| instead(row)) else {
                    let cells = columns.iter().map(|column| column.cell(row)).collect_view();
                    return view! { <tr>{tick} {cells}</tr> }.into_any();
                };
                let main = columns.first().map(|column| column.cell(row));
                view! { <tr>{tick} {main} <td colspan=others.clone()>{instead}</td></tr> }.into_any()
            })
            .collect_view();
        let class = if dense { "table table-dense table-cards" } else { "table table-cards" };
        let label = caption.clone();
        let table = view! {
            <table class=class data-rows="">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{tick_head} {heads}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        }
        .into_any();
        let table = if dense {
            view! { <div class="scroll" tabindex="0" role="region" aria-label=label>{table}</div> }.into_any()
        } else {
            table
        };
        match bulk {
            Some(bulk) => bulk.form(table),
            None => table,
        }
    }
}

/// A dash for what there is none of.
pub(crate) fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| t!("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(table: Table<&'static str>, rows: Vec<&'static str>) -> String {
        Owner::new().with(|| table.view(rows).to_html())
    }

    fn letters() -> Table<&'static str> {
        Table::new("Letters".to_owned()).column(main("Letter".to_owned(), |row: &&str| (*row).into_any())).column(
            figure("Length".to_owned(), |row: &&str| row.len().to_string().into_any()).labelled("long".to_owned()),
        )
    }

    #[test]
    fn the_first_column_heads_its_row() {
        let html = html(letters(), vec!["a", "bb"]);
        assert_eq!(html.matches(r#"<th scope="row" class="cell-main">"#).count(), 2, "{html}");
        assert!(html.contains(r#"<th scope="col" class="figure">Length"#), "{html}");
        assert!(html.contains(r#"<span class="unit muted">long"#), "{html}");
    }

    #[test]
    fn a_row_that_cannot_be_read_keeps_its_name() {
        let table = letters().instead(|row| (*row == "bb").then(|| "damaged".into_any()));
        let html = html(table, vec!["a", "bb"]);
        assert!(html.contains(r#"<td colspan="1">damaged"#), "{html}");
        assert_eq!(html.matches("</th>").count(), 4, "{html}");
    }

    #[test]
    fn the_sorted_column_says_its_order() {
        let sort = |order| Sort { href: "/x?sort=name".to_owned(), order };
        let column = |order| main("Letter".to_owned(), |row: &&str| (*row).into_any()).sorted(sort(order));
        let table = |order| Table::new("Letters".to_owned()).column(column(order));
        assert!(html(table(Some(Order::Descending)), vec![]).contains(r#"aria-sort="descending""#));
        let unsorted = html(table(None), vec![]);
        assert!(!unsorted.contains("aria-sort") && unsorted.contains("/x?sort=name"), "{unsorted}");
    }
}
