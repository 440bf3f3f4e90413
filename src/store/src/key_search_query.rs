//! Key search SQL: a walk down an index, or a search by trigrams (FTS5 on SQLite, GIN on `PostgreSQL`).

use domain::{KeyId, KeySort, KeyState, Visible, text::fold};

use crate::{
    engine::Db, key_cursor::KeyCursor, key_lists::KeyFilter, statement::Statement, visible::restrict_to_visible,
};

/// So many rows are looked through one by one before an index is asked: what is frequent is found among them.
const WINDOW: i64 = 4096;
/// With so many hits in a window, counting goes on one by one.
pub(crate) const DENSE: i64 = WINDOW / 10;

/// A row of a page: what its cursor is made of.
const PLACE: &str = "s.seq, s.key_id, s.folded, CAST(0 AS BIGINT) AS used_at";

/// What is searched for.
#[derive(Debug, PartialEq, Eq)]
enum Search {
    /// Every key.
    All,
    /// The key of this id.
    Id(String),
    /// Keys whose folded text holds this one, by its trigrams.
    Part { text: String, grams: Vec<String> },
    /// Nothing can be found.
    Nothing,
}

impl Search {
    fn of(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::All };
        if text.trim().parse::<KeyId>().is_ok() {
            return Self::Id(text.trim().to_owned());
        }
        let text = fold(text.trim());
        // See the migration: two marks stand before the beginning of a name.
        let marks: &[char] = match text.chars().count() {
            0 => return Self::Nothing,
            1 => &['\u{1}', '\u{1}'],
            2 => &['\u{1}'],
            _ => &[],
        };
        let marked: Vec<char> = marks.iter().copied().chain(text.chars()).collect();
        let grams = marked.windows(3).map(|gram| gram.iter().collect()).collect();
        Self::Part { text, grams }
    }
}

/// A list of keys on its way to SQL.
pub(crate) struct KeyQuery<'a> {
    visible: &'a Visible,
    filter: &'a KeyFilter,
    search: Search,
    /// Whether the end of some key came and is not noted yet, so that rows may say an earlier state.
    due: bool,
    sqlite: bool,
}

impl<'a> KeyQuery<'a> {
    pub(crate) fn new(db: &Db, visible: &'a Visible, filter: &'a KeyFilter, due: bool) -> Self {
        let search = match filter.state {
            // SQL cannot check a MAC.
            Some(KeyState::Damaged) => Search::Nothing,
            _ => Search::of(filter.search.as_deref()),
        };
        Self { visible, filter, search, due, sqlite: matches!(db, Db::Sqlite(_)) }
    }

    /// Whether the counters of states have the answer.
    pub(crate) fn is_counted(&self) -> bool {
        self.search == Search::All
    }

    /// At most `limit` rows of the page, in order; `None` where nothing can be found.
    pub(crate) fn page(&self, limit: i64) -> Option<Statement> {
        let mut sql = Statement::default();
        match (&self.search, self.filter.sort) {
            (Search::Nothing, _) => return None,
            (_, KeySort::Used) => self.by_use(&mut sql),
            (_, KeySort::Name) => self.by_name(&mut sql),
            (Search::Part { .. }, KeySort::Created) if self.sqlite => {
                self.full_text(&mut sql, PLACE, true);
                self.below(&mut sql, "f.rowid");
                sql.push(" ORDER BY f.rowid DESC");
            }
            (Search::Part { text, grams }, KeySort::Created) => {
                sql.push("SELECT ").push(PLACE).push(" FROM key_search s WHERE ");
                self.grams(&mut sql, text, grams);
                self.restrict(&mut sql, true);
                // Not by the index of numbers: that would test the trigrams of every row.
                self.below(&mut sql, "s.seq + 0");
                sql.push(" ORDER BY s.seq + 0 DESC");
            }
            (Search::All, KeySort::Created) if self.ends_are_mixed() => {
                self.noted_and_due(&mut sql, limit + self.filter.offset);
            }
            (Search::All | Search::Id(_), KeySort::Created) => {
                sql.push("SELECT ").push(PLACE).push(" FROM key_search s WHERE TRUE");
                self.restrict(&mut sql, false);
                self.below(&mut sql, "s.seq");
                sql.push(" ORDER BY s.seq DESC");
            }
        }
        sql.push(" LIMIT ").bind(limit).push(" OFFSET ").bind(self.filter.offset);
        Some(sql)
    }

    /// How many rows there are on all pages, counted up to `cap`.
    pub(crate) fn count(&self, cap: i64) -> Option<Statement> {
        let mut sql = Statement::default();
        sql.push("SELECT COUNT(*) FROM (");
        match &self.search {
            Search::Nothing => return None,
            Search::Part { .. } if self.sqlite => {
                self.full_text(&mut sql, "1", self.due || !self.visible.is_everything());
            }
            Search::Part { text, grams } => {
                sql.push("SELECT 1 FROM key_search s WHERE ");
                self.grams(&mut sql, text, grams);
                self.restrict(&mut sql, true);
            }
            Search::All | Search::Id(_) => {
                sql.push("SELECT 1 FROM key_search s WHERE TRUE");
                self.restrict(&mut sql, false);
            }
        }
        sql.push(" LIMIT ").bind(cap).push(") counted");
        Some(sql)
    }

    /// Expired keys of which some are not noted: they stand in two places.
    fn ends_are_mixed(&self) -> bool {
        self.due && self.filter.state == Some(KeyState::Expired)
    }

    /// A phrase of the full-text index, newest first if so ordered: rows come out in the order of their numbers.
    fn full_text(&self, sql: &mut Statement, columns: &'static str, with_rows: bool) {
        sql.push("SELECT ").push(columns).push(" FROM key_search_index f");
        if with_rows {
            sql.push(" CROSS JOIN key_search s ON s.seq = f.rowid");
        }
        sql.push(" WHERE f.grams MATCH ").bind(self.phrase());
        self.restrict(sql, true);
    }

    /// The page among the newest rows alone, where trigrams come out in no order: with as many rows as asked for it is the
    /// page. `None` where the index is as quick.
    pub(crate) fn window(&self, limit: i64) -> Option<Statement> {
        let Search::Part { text, .. } = &self.search else { return None };
        if self.sqlite || self.filter.sort != KeySort::Created || limit + self.filter.offset > WINDOW {
            return None;
        }
        let mut sql = Statement::default();
        sql.push("SELECT ").push(PLACE).push(" FROM key_search s WHERE ");
        Self::literally(&mut sql, text);
        self.restrict(&mut sql, false);
        self.below(&mut sql, "s.seq");
        sql.push(" AND s.seq >= ");
        match &self.filter.after {
            Some(KeyCursor::Created(seq)) => sql.bind(seq.saturating_sub(WINDOW)),
            _ => sql.push("(SELECT COALESCE(MAX(seq), 0) FROM key_search) - ").bind(WINDOW),
        };
        sql.push(" ORDER BY s.seq DESC LIMIT ").bind(limit).push(" OFFSET ").bind(self.filter.offset);
        Some(sql)
    }

    /// The count one by one, for what is frequent among the newest rows.
    pub(crate) fn dense_count(&self, cap: i64) -> Option<Statement> {
        let Search::Part { text, .. } = &self.search else { return None };
        let mut sql = Statement::default();
        sql.push("SELECT COUNT(*) FROM (SELECT 1 FROM key_search s WHERE ");
        Self::literally(&mut sql, text);
        self.restrict(&mut sql, false);
        sql.push(" ORDER BY s.seq DESC LIMIT ").bind(cap).push(") counted");
        Some(sql)
    }

    /// Rows with these trigrams in which the text really stands.
    fn grams(&self, sql: &mut Statement, text: &str, grams: &[String]) {
        let mut all = covering(grams);
        all.extend(self.indexed_state().map(state_gram));
        sql.push("key_search_grams(s.folded, s.state) @> string_to_array(").bind(all.join("\u{4}"));
        sql.push(", chr(4)) AND ");
        Self::literally(sql, text);
    }

    fn literally(sql: &mut Statement, text: &str) {
        if text.chars().count() > 2 {
            sql.push("strpos(s.folded, ").bind(text).push(") > 0");
        } else {
            sql.push("starts_with(s.folded, ").bind(text).push(")");
        }
    }

    fn noted_and_due(&self, sql: &mut Statement, limit: i64) {
        sql.push("SELECT seq, key_id, folded, used_at FROM (SELECT ").push(PLACE);
        sql.push(" FROM key_search s WHERE s.state = 'expired'");
        self.within(sql);
        self.below(sql, "s.seq");
        sql.push(" ORDER BY s.seq DESC LIMIT ").bind(limit);
        sql.push(") noted UNION ALL SELECT seq, key_id, folded, used_at FROM (SELECT ").push(PLACE);
        sql.push(" FROM key_search s WHERE s.due_at IS NOT NULL AND s.due_at <= ").bind(self.filter.now.0);
        self.within(sql);
        self.below(sql, "s.seq");
        sql.push(" ORDER BY s.seq DESC LIMIT ").bind(limit).push(") due ORDER BY seq DESC");
    }

    fn by_name(&self, sql: &mut Statement) {
        sql.push("SELECT ").push(PLACE).push(" FROM key_search s WHERE TRUE");
        self.found(sql);
        self.restrict(sql, false);
        if let Some(KeyCursor::Name(folded, seq)) = &self.filter.after {
            sql.push(" AND (s.folded, s.seq) > (").bind(folded.as_str()).push(", ").bind(*seq).push(")");
        }
        sql.push(" ORDER BY s.folded, s.seq");
    }

    fn by_use(&self, sql: &mut Statement) {
        sql.push("SELECT s.seq, s.key_id, s.folded, COALESCE(k.last_used_at, 0) AS used_at FROM keys k ");
        sql.push(if self.sqlite { "CROSS JOIN" } else { "JOIN" }).push(" key_search s ON s.key_id = k.id WHERE TRUE");
        self.found(sql);
        self.restrict(sql, false);
        if let Some(KeyCursor::Used(at, id)) = &self.filter.after {
            sql.push(" AND (COALESCE(k.last_used_at, 0), k.id) < (").bind(*at).push(", ").bind(id.as_str()).push(")");
        }
        sql.push(" ORDER BY COALESCE(k.last_used_at, 0) DESC, k.id DESC");
    }

    /// The search, where another index gives the order.
    fn found(&self, sql: &mut Statement) {
        let Search::Part { text, grams } = &self.search else { return };
        sql.push(" AND ");
        if self.sqlite {
            sql.push("s.seq IN (SELECT rowid FROM key_search_index WHERE grams MATCH ").bind(self.phrase()).push(")");
        } else {
            self.grams(sql, text, grams);
        }
    }

    fn below(&self, sql: &mut Statement, seq: &'static str) {
        if let Some(KeyCursor::Created(after)) = &self.filter.after {
            sql.push(" AND ").push(seq).push(" < ").bind(*after);
        }
    }

    /// The state as far as an index of texts can see to it.
    fn indexed_state(&self) -> Option<KeyState> {
        self.filter.state.filter(|_| !self.ends_are_mixed())
    }

    /// What rows must be; `indexed` where [`Self::indexed_state`] was seen to.
    fn restrict(&self, sql: &mut Statement, indexed: bool) {
        let now = self.filter.now.0;
        if self.ends_are_mixed() {
            sql.push(" AND (s.state = 'expired' OR s.due_at <= ").bind(now).push(")");
        } else if let Some(state) = self.filter.state {
            if !indexed {
                sql.push(" AND s.state = ").bind(state.as_str());
            }
            if self.due {
                sql.push(" AND (s.due_at IS NULL OR s.due_at > ").bind(now).push(")");
            }
        }
        if let Search::Id(id) = &self.search {
            sql.push(" AND s.key_id = ").bind(id.as_str());
        }
        self.within(sql);
    }

    /// What may be seen.
    fn within(&self, sql: &mut Statement) {
        restrict_to_visible(sql, self.visible, "s.project_id", "s.owner_id");
    }

    /// The search and the state in the words of FTS5: trigrams that follow each other are the text itself.
    fn phrase(&self) -> String {
        let Search::Part { grams, .. } = &self.search else { return String::new() };
        let mut text: String = grams.first().cloned().unwrap_or_default();
        text.extend(grams.iter().skip(1).filter_map(|gram| gram.chars().last()));
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        match self.indexed_state() {
            Some(state) => format!("{} AND {}", quoted(&text), quoted(&state_gram(state))),
            None => quoted(&text),
        }
    }
}

/// Trigrams that together hold every character of the text: each third one, and the last. The index reads a list of rows
/// for each, and those of a word in every name are long.
fn covering(grams: &[String]) -> Vec<String> {
    let last = grams.len().saturating_sub(1);
    grams.iter().enumerate().filter(|(at, _)| at % 3 == 0 || *at == last).map(|(_, gram)| gram.clone()).collect()
}

/// The trigram of a state, as the migration has it.
fn state_gram(state: KeyState) -> String {
    state.as_str().chars().take(2).fold("\u{2}".to_owned(), |mut gram, letter| {
        gram.push(letter);
        gram
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Vec<String> {
        match Search::of(Some(text)) {
            Search::Part { grams, .. } => grams,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_or_two_characters_are_a_beginning() {
        assert_eq!(part("X"), ["\u{1}\u{1}x"]);
        assert_eq!(part("密钥"), ["\u{1}密钥"]);
        assert_eq!(part("Abcd"), ["abc", "bcd"]);
        assert_eq!(Search::of(Some("\u{200b}")), Search::Nothing);
        assert_eq!(Search::of(None), Search::All);
        let id = "key_01kaj1p2y9f3v8s7m5n4k6t2qd";
        assert_eq!(Search::of(Some(&format!(" {id} "))), Search::Id(id.to_owned()));
    }

    #[test]
    fn the_index_is_asked_for_trigrams_that_hold_the_whole_text() {
        assert_eq!(covering(&part("key 0707740")), ["key", " 07", "077", "740"]);
        assert_eq!(covering(&part("abcdef")), ["abc", "def"]);
        assert_eq!(covering(&part("abcd")), ["abc", "bcd"]);
        assert_eq!(covering(&part("abc")), ["abc"]);
    }

    #[test]
    fn states_have_trigrams_of_their_own() {
        let states = [KeyState::Active, KeyState::Disabled, KeyState::Expired, KeyState::Revoked];
        let grams: std::collections::BTreeSet<_> = states.into_iter().map(state_gram).collect();
        assert_eq!(grams.len(), states.len());
    }
}
