# --- figures, instants ---
span-milliseconds = { $n } ms
span-seconds = { $n } s
span-minutes = { $n } min
money-dollars = { $sign }${ $amount }
when-now = now
when-minutes-ago = { $n } min ago
when-in-minutes = in { $n } min
when-hours-ago = { $n } h ago
when-in-hours = in { $n } h
when-days-ago = { $n } d ago
when-in-days = in { $n } d
date-short = { $day } { $month } { $year }
date-long = { $day } { $month } { $year }
date-and-time = { $date }, { $time } { $zone }
date-and-clock = { $day } { $month } { $clock }
day-and-hour = { $day } { $hour }
month-long = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
weekday-short = { $weekday ->
    [0] Mon
    [1] Tue
    [2] Wed
    [3] Thu
    [4] Fri
    [5] Sat
   *[6] Sun
}

# --- kit ---
none = —
bulk-label = Actions for selected rows
bulk-lead = With selected:
bulk-column = Select
bulk-tick = Select { $name }
diff-caption = What changed
diff-field = Field
diff-old = Before
diff-new = After
diff-absent = not set
chart-figure = { $name }: { $value }
chart-point = { $label } – { $figures }
chart-column-good = Successful
list-both = { $one }, { $two }
terminal-title = From a terminal
terminal-command = Equivalent command
terminal-curl = Equivalent curl command
terminal-token = The token is read from the environment variable { $variable }.
toast-undo = Undo
reveal-file = Save as an .env file
key-env-other-note = { $env } key
jobs-about = { $about } { $schedule }
peek-page = Open full page
peek-next = Next row
peek-previous = Previous row
peek-close = Close
palette-open = Search
palette-placeholder = Keys, upstreams, pages, actions
palette-results = Results
palette-none = No results.
palette-page = Page
palette-action = Action
palette-key = Key
palette-upstream = Upstream
palette-failed-requests = Failed requests
palette-expired-keys = Expired keys
help-title = Keyboard shortcuts
help-palette = Search everything
help-search = Search in this list
help-rows = Next and previous row
help-help = Show this help
nav-letters = Single-key shortcuts
nav-letters-on = On
nav-letters-off = Off
nav-zone = Time zone
nav-zone-browser = Browser
crumbs-label = Where you are
pager-label = Pages
pager-range = { $from }–{ $to } of { $all }
pager-range-capped = { $from }–{ $to } of more than { $all }
copy = Copy
copied = Copied
badge-expires = Expires { $when }
state-active = Active
state-disabled = Disabled
state-expired = Expired
state-revoked = Revoked
state-damaged = Damaged
flash-key-enabled = Key enabled. Requests with it pass again.
flash-key-disabled = Key disabled. Requests with it are refused from now on.
flash-key-revoked = Key revoked. Requests with it are refused from now on.
flash-upstream-created = Upstream saved.
flash-upstream-changed = Upstream saved. The next request uses it.
flash-upstream-default = Default changed. Keys that name no upstream use this one.
flash-upstream-deleted = Upstream deleted, with its secret.
flash-model-saved = Model saved.
flash-model-deleted = Model deleted.
flash-secret-replaced = Secret replaced. The next request uses the new one.
flash-job-started = Job started. This page shows its result when it is done.
flash-input-kept = You are signed in again, and what you typed has been restored, except secrets: enter those again.
flash-signed-out = You are signed out.
# --- upstreams: list ---
upstreams-title = Upstreams
upstreams-lead = Where the gateway sends requests, and the secrets it uses there.
upstreams-new = New upstream
upstreams-count = { $count ->
    [one] { $shown } upstream
   *[other] { $shown } upstreams
}
upstreams-empty = No upstreams yet. An upstream is a provider's server with your secret for it; echo needs neither.
upstreams-empty-action = Add the first upstream
upstreams-caption = Upstreams, newest first
upstreams-head-name = Name and provider
upstreams-head-used = Used
upstreams-head-replaced = Replaced
upstreams-used-on-request = on request
upstreams-secret-unit = secret
upstreams-previous = Previous
upstreams-next = Next
upstreams-provider-compatible = OpenAI-compatible
upstreams-provider-custom = Custom

# --- upstreams: words of several pages ---
upstream-name = Name
upstream-provider = Provider
upstream-base-url = Base URL
upstream-dialects = Dialects
upstream-secret = Secret
upstream-secret-none = none
upstream-health = Health
upstream-default = Default
upstream-damaged = Damaged
upstream-test = Test
upstream-cancel = Cancel

# --- upstreams: the form for a new one ---
upstream-new-crumb = New
upstream-new-lead = Where the gateway sends requests, and the secret it uses there.
upstream-provider-echo-place = offline, free
upstream-provider-own-place = address of your own
upstream-name-hint = Empty: the provider's name.
upstream-base-url-presets = Empty: the address above. A server of your own usually ends in /v1, such as { $url }
upstream-secret-gone = Not kept in the page: paste it again to save.
upstream-secret-sealed = Sealed with AES-256-GCM and bound to the base URL. It is never shown again.
upstream-secret-local = A local server often needs none.
upstream-save = Save upstream

# --- upstreams: connection test ---
upstream-try-heading = Test before you save
upstream-try-lead = Test looks the address up, opens the connection, shows the secret and counts the models. Nothing is stored.
upstream-test-heading = Is it well?
upstream-test-lead = Test looks the address up, opens the connection, shows the stored secret and counts the models.
upstream-test-under-way = Testing…
upstream-test-invalid = { $field }: { $complaint }
upstream-test-unreachable = The server could not be reached.
upstream-report-works = Works
upstream-report-fails = Does not work
upstream-report-note = just now, { $ms } ms
upstream-step-passed = passed:
upstream-step-failed = failed:
upstream-step-address = Address
upstream-step-models = Models

# --- upstreams: one of them ---
upstream-added = added { $when }
upstream-make-default = Make default
upstream-edit = Change
upstream-edit-title = Change the upstream
upstream-edit-secret-hint = Only where the address changes: a stored secret is never sent anywhere else.
upstream-default-for = Default for
upstream-default-for-hint = Keys that name no upstream use it in these dialects.
upstream-own = Its own settings
upstream-own-note = timers, header fields, certificates
upstream-timeout-connect = To connect, seconds
upstream-timeout-first-byte = To the first byte, seconds
upstream-timeout-idle = Of silence, seconds
upstream-timeout-total = In all, seconds
upstream-max-open = Open requests at most
upstream-headers = Header fields
upstream-headers-hint = One on each line, such as x-team: search. Every request carries them.
upstream-organization = OpenAI organization
upstream-project = OpenAI project
upstream-ca = Certificates (PEM)
upstream-ca-hint = Of an authority of your own that signed the server's certificate.
upstream-delete = Delete
upstream-facts = Facts
upstream-logs = Its logs
upstream-traffic = Traffic
upstream-figures = { $requests ->
    [one] { $shown_requests } request
   *[other] { $shown_requests } requests
} in 24 h, { $errors ->
    [one] { $shown_errors } error
   *[other] { $shown_errors } errors
}
upstream-used = Used
upstream-used-default = by every key that names no upstream
upstream-used-default-for = by every key that names no upstream, for { $dialects }
upstream-used-named = only by keys that name it
upstream-secret-replaced = , replaced { $when }
upstream-id = Id
upstream-replace-secret-title = Replace the secret
upstream-replace-secret = Replace secret
upstream-give-secret-title = Give it a secret
upstream-save-secret = Save secret
upstream-new-secret = New secret
upstream-new-secret-hint = The next request uses it. It is sealed and never shown again.

# --- upstreams: deleting one ---
upstream-delete-title = Delete { $name }
upstream-delete-question = Delete { $name }?
upstream-delete-idle = No request went to it in 24 h.
upstream-delete-in-use = { $count ->
    [one] { $shown } request went to it in 24 h.
   *[other] { $shown } requests went to it in 24 h.
}
upstream-delete-default = It is the default: until you choose another one, keys that name no upstream are answered with 503. Its secret is deleted with it and cannot be brought back; rows in the logs stay.
upstream-delete-named = Keys that name it alone are refused from then on. Its secret is deleted with it and cannot be brought back; rows in the logs stay.
upstream-delete-confirm = Delete upstream

# --- upstreams: health ---
upstream-health-idle = No requests in 24 h
upstream-health-good = Healthy
upstream-health-auth-failed = Refuses our secret
upstream-health-secret-unreadable = Secret does not open
upstream-health-unreachable = Unreachable
upstream-health-forbidden = Address not allowed
upstream-health-timeout = Answers too late
upstream-health-invalid-response = Unusable answers
upstream-health-redirected = Redirects elsewhere
upstream-health-reset = Breaks off answers
upstream-health-error = Answers with errors
models-title = Models
models-lead = Names that clients ask for, and the upstreams that answer. Any other name goes to an upstream as it is.
models-new = New model
models-count = { $count ->
    [one] { $shown } model
   *[other] { $shown } models
}
models-empty = No models yet. A model gives several deployments one name, and a second one answers where the first fails.
models-empty-action = Add the first model
models-caption = Models, newest first
models-head-name = Name and strategy
models-head-deployments = Deployments
models-head-changed = Changed
models-more = and { $count } more
model-lead = A name that clients ask for, and where it may be answered.
model-form-crumb = Form
model-edit = Change
model-edit-title = Change the model
model-save = Save model
model-name = Name
model-name-hint = What clients write as the model.
model-strategy = Strategy
model-strategy-hint = Lower priorities come first; among equals, the strategy decides.
model-strategy-ordered = In order
model-strategy-weighted = By weight
model-strategy-least-latency = Fastest first
model-deployments = Deployments
model-deployments-count = { $count ->
    [one] { $count } deployment
   *[other] { $count } deployments
}
model-deployment = Model and upstream
model-deployment-number = Deployment { $number }
model-their-name = The upstream's name for it
model-weight = Weight
model-priority = Priority
model-up = Up
model-down = Down
model-remove = Remove
model-add-deployment = Add a deployment
model-upstream-gone = upstream deleted
model-when-it-fails = When one fails
model-when-it-fails-note = retries, rest, timeout
model-retries = Retries
model-retries-hint = Tries after the first. Empty: 2.
model-rest = Rest after a failure, seconds
model-rest-hint = So long a deployment that failed is left out. Empty: 30.
model-timeout = To the first byte, seconds
model-timeout-hint = Empty: as the upstream has it.
model-timeout-upstream = as the upstream has it
model-retry-sent = Sent again though it may have been processed
model-retry-sent-tick = Send a request again though the upstream may have processed it
model-seconds = { $count ->
    [one] { $shown } second
   *[other] { $shown } seconds
}
model-delete-title = Delete { $name }
model-delete-question = Delete { $name }?
model-delete-impact = Requests for this name go to an upstream as they are from then on.
model-delete-consequence = The upstream may know no such model and refuse them. Rows in the logs stay.
model-delete-confirm = Delete model

# --- overview ---
overview-title = Overview
overview-lead = The last 24 hours, time zone { $zone }.
overview-steps = First steps
overview-steps-note = from here to the first request
overview-step-upstream = Add an upstream
overview-step-upstream-note = A provider with your secret for it; or echo, which is built in, offline and free.
overview-step-key = Create a key
overview-step-key-note = What a program calls the gateway with. It is shown once.
overview-step-request = Send a first request
overview-step-request-note = Paste the snippet that comes with the key; the request shows up in the logs.
overview-step-request-action = Open the logs
overview-step-done = (done)
overview-root-key = Keep a copy of the root key somewhere else: without it nothing in the database can be opened. Unless you supply it yourself it is the file { $file } in the data directory.
overview-hours = Requests per hour
overview-hours-note = errors stacked
overview-view-logs = View logs
overview-requests = Requests
overview-keys-active = { $count ->
    [one] { $active } of { $shown } key active
   *[other] { $active } of { $shown } keys active
}
overview-errors = Errors
overview-errors-note = { $count ->
   *[other] { $shown } answered with 400 or above
}
overview-tokens = Tokens
overview-tokens-note = { $input } in, { $output } out
overview-first-byte = Time to first byte, p50
overview-first-byte-note = over good answers
overview-attention = Needs attention
overview-attention-none = Nothing. Keys that end soon and upstreams in trouble show up here.
overview-no-default = No default upstream
overview-choose-default = Choose one
overview-look = Look
overview-look-at = Look at { $name }
overview-upstreams-note = judged by the requests that went through
overview-upstreams-caption = Upstreams and their last 24 hours
overview-row-requests = { $count ->
    [one] { $shown } request
   *[other] { $shown } requests
}
overview-row-errors = { $share } errors
# --- list of keys ---
keys-title = Keys
keys-lead = What your people and programs call the gateway with.
keys-new = New key
keys-empty = No keys yet. A key lets a program call the gateway without ever seeing a provider's secret.
keys-create-first = Create the first key
keys-none-fits = No key fits these filters.
keys-show-all = Show all keys
keys-count = { $count ->
    [one] { $shown } key
   *[other] { $shown } keys
}
keys-previous = Previous
keys-next = Next
keys-search = Search
keys-search-label = Search keys
keys-search-placeholder = Name, prefix or id
keys-filters-clear = Clear
keys-order = Newest first
keys-caption = Keys, newest first
keys-state = State
# The choices of the filter.
keys-state-any = any
keys-state-active = active
keys-state-disabled = disabled
keys-state-expired = expired
keys-state-revoked = revoked
keys-name = Name and key
# Head of the column of models that a key may call.
keys-models = May call
keys-models-all = all models
keys-models-more = { $first } and { $more } more
keys-limit = Limit
keys-limit-none = no limit
keys-limit-per-minute = { $shown } / min
keys-last-used = Last used
# Before `2 min ago` or `never`, where the table has no heads.
keys-last-used-label = last used
keys-never-used = never
keys-expires = Expires
keys-never-expires = never

# --- revoking a key ---
revoke-title = Revoke { $name }
revoke-question = Revoke { $name }?
revoke-impact-never = No request has ever come with this key.
revoke-impact-idle = No requests in 24 h; the last one came { $last }.
revoke-impact = { $requests ->
    [one] { $addresses ->
        [one] { $requests_shown } request in 24 h from { $addresses_shown } address, last { $last }.
       *[other] { $requests_shown } request in 24 h from { $addresses_shown } addresses, last { $last }.
    }
   *[other] { $addresses ->
        [one] { $requests_shown } requests in 24 h from { $addresses_shown } address, last { $last }.
       *[other] { $requests_shown } requests in 24 h from { $addresses_shown } addresses, last { $last }.
    }
}
revoke-consequence = From then on every request with this key is refused, and requests under way are cut off. This cannot be undone; to stop a key for a while, disable it.
revoke-reason = Reason
revoke-reason-no-longer-needed = Nobody needs it any more
revoke-reason-leaked = Somebody else may know it
revoke-reason-owner-left = Its owner left
revoke-reason-other = Something else
revoke-cancel = Cancel
revoke-confirm = Revoke key

# --- logs ---
logs-title = Logs
logs-lead = One row per request. No prompts or answers are stored.
logs-empty = No requests yet. The first one shows up here as soon as it is answered.
logs-create-key = Create a key
logs-none-fits = No request fits these filters.
logs-show-all = Show all requests
logs-caption = Requests, newest first
logs-order = Newest first, time zone { $zone }
logs-newest = Showing the newest { $shown }
logs-count = { $count ->
    [one] { $shown } request
   *[other] { $shown } requests
}
logs-further-back = { $count ->
    [one] { $shown } request further back
   *[other] { $shown } requests further back
}
logs-newer = Newer
logs-older = Older
# Names of filters, columns and facts.
logs-time = Time
logs-status = Status
logs-key = Key
logs-model = Model
logs-upstream = Upstream
logs-request = Request
logs-request-id = Request id
# Tokens of the prompt and of the answer.
logs-tokens-in = In
logs-tokens-out = Out
# Milliseconds to the first byte, and to the end.
logs-first-ms = First, ms
logs-total-ms = Total, ms
logs-unit-ms = ms
logs-row-damaged = This row is damaged: { $damage }
logs-filter = Filter
logs-filter-time = Time
logs-filter-remove = Remove the filter { $name }
logs-filters-apply = Apply
logs-filters-clear = Clear
logs-any = any
logs-span-hour = last hour
logs-span-day = last 24 hours
logs-span-week = last 7 days
logs-span-month = last 30 days
logs-outcome-good = 2xx, good
logs-outcome-refused = 4xx, refused
logs-outcome-too-fast = 429, too fast
logs-outcome-failed = 5xx, failed

# --- one request ---
log-when = { $absolute }, { $relative }
log-facts = Facts
log-outcome = Outcome
log-outcome-damaged = unknown; this row is damaged: { $damage }
log-outcome-completed = { $status } completed
# The outcome is `429 · rate limit exceeded`; there are always several requests.
log-outcome-together = { $outcome }, { $shown } requests written together
log-key-version = version { $version }
log-policy-version = policy version { $version }
log-from = From
log-model-served = { $asked }, served by { $served }
log-upstream-answered = { $upstream }, which answered { $status }
log-tokens = Tokens
log-tokens-in = { $shown } in
log-tokens-in-cached = { $shown } in ({ $cached } cached)
log-tokens-out = { $shown } out
log-tokens-out-reasoning = { $shown } out ({ $reasoning } reasoning)
log-tokens-not-counted = not counted
log-tokens-unreadable = the upstream reported counts that cannot be
log-streamed = Streamed
log-yes = yes
log-no = no
log-attempts = Attempts
log-cost = Cost
log-cost-none = unknown
log-cost-reported = { $amount }, as the provider reported it
log-session = Session
log-usage = Usage
log-usage-raw = The provider's own words
log-usage-cache-5m = Written to the cache, 5 minutes
log-usage-cache-1h = Written to the cache, 1 hour
log-usage-cache-other = Written to the cache
log-usage-audio-in = Audio in
log-usage-image-in = Images in
log-usage-audio-out = Audio out
log-usage-image-out = Images out
log-usage-images = Images made
log-usage-searches = Web searches
log-usage-fetches = Web pages fetched
log-tier = Service tier
log-tries = Tries
log-try-number = No.
log-try-open = no answer
log-try-started = Began, after
log-try-took = Took
log-agent = Agent
log-only-this-key = Only this key
log-only-status = Only { $status }
log-time = Where the time went
log-time-first-byte = to the first byte
log-time-no-answer = until it ended, without an answer
log-time-streaming = streaming
log-time-rest = the rest of the answer
# Why a request did not end well, after its status. Found by the class in the row.
log-class-key-disabled = key disabled
log-class-key-expired = key expired
log-class-key-revoked = key revoked
log-class-model-not-allowed = model not allowed
log-class-upstream-not-allowed = upstream not allowed
log-class-ip-not-allowed = ip not allowed
log-class-rate-limit-exceeded = rate limit exceeded
log-class-bad-request = bad request
log-class-no-upstream = no upstream
log-class-credential-unreadable = credential unreadable
log-class-upstream-unavailable = upstream unavailable
log-class-upstream-forbidden = upstream forbidden
log-class-upstream-timeout = upstream timeout
log-class-upstream-auth-failed = upstream auth failed
log-class-upstream-redirected = upstream redirected
log-class-upstream-invalid-response = upstream invalid response
log-class-upstream-reset = upstream reset
log-class-upstream-error = upstream error
log-class-client-gone = client gone
log-class-revoked-mid-stream = revoked mid stream
log-class-interrupted = interrupted
log-class-store-unavailable = store unavailable
log-class-internal = internal
log-class-upstream-damaged = upstream damaged
log-class-scope-not-allowed = scope not allowed
log-class-permission-not-allowed = permission not allowed
log-class-upstream-overloaded = upstream overloaded
log-class-upstream-truncated = upstream ended too early
log-class-upstream-stream-error = upstream failed in mid-stream
log-class-expired-mid-stream = expired mid stream
log-class-loop-detected = request came back in a loop
# --- frame ---
nav-skip = Skip to the page
nav-menu = Menu
nav-main = Main
nav-main-small = Main, small screen
nav-overview = Overview
nav-group-access = Access
nav-keys = Keys
nav-group-routing = Routing
nav-upstreams = Upstreams
nav-models = Models
nav-group-observe = Observe
nav-logs = Logs
nav-group-installation = Installation
nav-settings = Settings
nav-colours = Colours
nav-language = Language
nav-sign-out = Sign out
nav-role = { $role ->
    [owner] Owner
    [admin] Admin
    [member] Member
   *[viewer] Viewer
}
theme-system = System
theme-light = Light
theme-dark = Dark

# --- sign-in, setup ---
login-title = Sign in
login-ended = Your session has ended. What you typed is kept: sign in to go on.
login-heading = Sign in to Keywright
login-email = E-mail
login-password = Password
login-forgotten = Forgotten? Where the server runs:
setup-title = Set up
setup-heading = Set up Keywright
setup-token-place = The setup token was printed where keywright serve runs, and lies in this file:
setup-token = Setup token
setup-email = Your e-mail
setup-password-hint = At least 12 characters; a few words are fine.
setup-submit = Create the first administrator

# --- jobs ---
jobs-title = Jobs
jobs-lead = What the server does by itself, on one node at a time.
jobs-began = Started
jobs-took = Duration
jobs-detail = Details
jobs-caption = Background jobs, by name
jobs-job = Job
jobs-result = Result
jobs-last-run = Last run
jobs-next-run = Next run
jobs-action = Action
jobs-last-run-label = last run
jobs-next-run-label = next run
jobs-never = never
jobs-run-now = Run now
jobs-run-named = Run now: { $job }
jobs-running = Running
jobs-done = Done
jobs-failed = Failed
jobs-interrupted = Interrupted
jobs-not-run = Not run yet
jobs-every-minutes = { $count ->
    [one] Runs every minute.
   *[other] Runs every { $shown } minutes.
}
jobs-every-hours = { $count ->
    [one] Runs every hour.
   *[other] Runs every { $shown } hours.
}
jobs-schedule = Runs { $schedule }.
jobs-about-audit-head = Writes to the log where the audit log ends, so that a cut end shows.
jobs-about-end-sessions = Removes sessions whose time is over.
jobs-about-prune-events = Removes events that were delivered or given up a week ago.
jobs-about-prune-runs = Removes what is known of runs that ended a week ago.
jobs-about-trim-changes = Keeps the newest ten thousand notices of the change feed.

# --- chart ---
chart-summary = { $requests ->
    [one] { $requests_shown } request
   *[other] { $requests_shown } requests
} in 24 hours, { $errors ->
    [one] { $errors_shown } error
   *[other] { $errors_shown } errors
}; the busiest hour had { $busiest }
chart-now = now
chart-table = As table
chart-caption = Requests per hour
chart-column-hour = Hour, { $zone }
chart-column-errors = Errors

# --- error pages ---
error-went-wrong = Something went wrong
error-did-not-work = That did not work
error-not-found-page = Not found
error-denied-title = You may not do this
error-denied-fix = Ask an owner or an administrator to do it, or to change your role.
error-unavailable-title = The database does not answer
error-unavailable-fix = Reload in a moment. The gateway goes on meanwhile.
error-internal-title = Something went wrong
error-internal-fix = Reload. If it stays, look for the id below in the server's log.
error-other-title = That did not work
error-other-fix = Go back and try again.
error-nothing-here-title = There is nothing here
error-nothing-here = The address is wrong, or what it named is gone.
error-nothing-here-fix = Check the address, or start again from the overview.
error-request = Request
error-to-overview = Go to the overview

# --- errors, by what happened ---
error-denied = Your role does not allow this.
error-unavailable = The database does not answer; try again in a moment.
error-internal = Something went wrong on our side; the server's log has the details.
error-transport = The server could not be reached: { $reason }.
error-throttled = { $seconds ->
    [one] Too many attempts; try again in { $seconds } second.
   *[other] Too many attempts; try again in { $seconds } seconds.
}
error-sign-in-first = Sign in first.
error-that-address-and-password-do-not-match = That address and password do not match.
error-not-found = There is no such thing.
error-no-such-key = There is no such key.
error-no-such-upstream = There is no such upstream.
error-no-such-model-route = There is no such model route.
error-no-such-provider = There is no such provider.
error-no-such-request = There is no such request.
error-no-such-overview = There is no such overview.
error-no-such-audit-record = There is no such audit record.
error-no-such-job = There is no such job.
error-no-such-run = There is no such run.
error-no-such-user = There is no such user.
error-no-such-person = There is no such person.
error-no-such-page = There is no such page.

# --- errors, by code: $sentence is the English sentence, $reason the same without capital and stop ---
error-name-taken = Another upstream has this name; choose a different one.
error-email-taken = A user with this e-mail address exists already.
error-stale = This was changed in the meantime; look at it again and repeat.
error-key-revoked = This key is revoked; issue a new one.
error-row-tampered = { $sentence }
error-account-damaged = A row of the database that this needs was damaged; restore it from a backup.
error-project-damaged = { error-account-damaged }
error-installation-damaged = { error-account-damaged }
error-audit-head-damaged = The audit log's head was changed; keywright audit verify says more.
error-job-interrupted = The run was interrupted and is taken up again.
error-invalid-page-too-deep = Pages by number end at row 10000; go on with cursor, which is next_cursor of the page before.
error-invalid-form = This form cannot be read: { $reason }.
error-invalid-query = This address cannot be read: { $reason }.
error-invalid = { $sentence }

# --- lists of texts that a field takes ---
list-next = { $first }, { $next }
list-or = { $first } or { $last }

# --- fields, by code ---
field-entry = { $entry }: { $sentence }
field-required = This field is required.
field-unknown-field = { $known ->
    [none] There is no such field, nor any other.
   *[other] There is no such field; there is { $known }.
}
field-duplicate-field = Give this field once.
field-wrong-type = Expected { $expected }.
field-time-zone = Use a name of the IANA time zone database, such as Europe/Rome.
field-whole-number = Use a whole number.
field-whole-number-or-none = Use a whole number, or leave it empty for no limit.
field-unfit = This value does not fit here.
field-no-parameters = This path takes no parameters.
field-length = Use { $min } to { $max } characters.
field-too-long = Use at most { $max } characters.
field-invisible-characters = Leave out line breaks and invisible characters (control, bidirectional, zero-width).
field-range = Use { $min } to { $max }.
field-limit-range = Use { $min } to { $max }; leave it empty (in JSON: null) for no limit.
field-days-range = Use { $min } to { $max } days, or leave it out for no end.
field-page-number = Pages count from 1.
field-one-of = Use { $allowed }.
field-not-an-id = Not an id of this kind: expected { $prefix }_ and 26 characters.
field-instant = Use RFC 3339, such as { $example }.
field-not-both = Give { $one } or { $other }, not both.
field-in-the-past = Choose an instant in the future.
field-span = Choose one of the offered spans.
field-too-many = Use at most { $max } entries.
field-model-pattern = A model is 1 to 256 visible characters, with * for any run of characters, such as gpt-*.
field-tag = A tag is 1 to { $max } visible characters without commas.
field-json-object = Use a JSON object, such as { $example }.
field-too-large = Use at most { $max } bytes.
field-network = Use an address or a network, such as 10.4.12.0/24.
field-network-prefix = A network of { $family } ends in /0 to /{ $max }. Did you mean { $suggestion }?
field-base-url = { $reason ->
    [scheme] Start with https:// (or http:// on your own network).
    [user_info] Leave out user name and password; the secret has its own field.
    [query] Leave out everything from ? or # on.
    [host] The host must be a name, an IPv4 address or an IPv6 address in brackets.
    [port] The port must be a number from 1 to 65535.
    [path] The path may hold letters, digits, and - . _ ~ between single slashes.
   *[length] Use at most 2048 characters.
}
field-base-url-missing = Say where the server is, such as http://127.0.0.1:11434/v1.
field-unknown-provider = There is no such provider; use { $known }.
field-dialect-not-spoken = This provider does not speak { $dialect }.
field-header-field = Use a header's name and a line of visible text; credentials and fields of the connection are set elsewhere.
field-certificates = Paste certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE.
field-secret-again = The address changes, so paste the API key again: a stored secret is never sent anywhere else.
field-not-available = This is not available yet; leave it out.
field-burst-without-rate = A burst needs a limit per minute, hour or day, which says the rate.
field-at-least-one = Give at least one.
field-echo-base-url = Echo: belongs to the provider echo.
field-secret-missing = Paste the provider's API key.
field-secret-shape = A secret is one line of visible ASCII characters, without blanks; paste it again.
field-echo-secret = The echo upstream takes no secret.
field-status = Use a status such as 429, or a class such as 4xx.
field-cursor = Use next_cursor of the page before, unchanged.
field-no-such = { $noun ->
    [project] There is no such project.
    [upstream] There is no such upstream.
    [key] There is no such key.
    [user] There is no such user.
   *[other] There is no such { $noun }.
}
field-name-taken = { $noun ->
    [upstream] Another upstream has this name; choose a different one.
    [key] Another key has this name; choose a different one.
   *[other] Another { $noun } has this name; choose a different one.
}
field-email = Use an address such as name@example.org.
field-unknown-email = No user has this e-mail address.
field-password = { $advice }
field-setup-token = This is not the setup token; copy it from where keywright serve runs.
field-cursor-of-other-sort = This cursor belongs to another sort; begin again without it.
field-forbidden-address = { $reason }

# --- A ---
key-name = Name
key-name-hint = For people: it shows in logs and in lists.
key-env = Environment
key-env-live = Live
key-env-test = Test
key-expires = Expires
key-expires-in = { $count ->
        [one] in { $count } day · { $date }
       *[other] in { $count } days · { $date }
    }
key-expires-never = never
key-limits = Limits and access
key-limits-note = every model, every upstream, any address
key-per-minute = Requests a minute
key-per-minute-hint = Empty: no limit.
key-per-hour = Requests an hour
key-per-day = Requests a day
key-burst = Burst
key-burst-hint = How many may come at once before the rate holds.
key-concurrency = Open at once
key-concurrency-hint = Requests that may run at the same time.
key-may = Permissions
key-may-hint = Both ticked or none: reading and writing.
key-may-read = Read
key-may-write = Write
key-scopes = Scopes
key-scopes-hint = What it may be used for. None ticked: everything.
key-models = Models
key-models-hint = Names or patterns with *. Empty: every model.
key-addresses = Addresses
key-addresses-hint = Addresses or networks it may be used from. Empty: anywhere.
key-notes = Notes
key-notes-note = description, tags, metadata
key-description = Description
key-description-hint = What it is for, in a sentence or two.
key-tags = Tags
key-tags-example = team-search, production
key-tags-hint = Words to group keys by, with commas between them.
key-metadata = Metadata
key-metadata-hint = A JSON object that your own programs read.
key-create = Create key
key-cancel = Cancel
key-summary = Summary
key-upstreams = Upstreams
key-upstreams-hint = None ticked: every upstream.
key-plain-words = In plain words
key-terminal = The same from a terminal
key-new = New key
key-new-crumb = New
key-new-lead = Three answers are enough. Everything else has a sensible default.
key-ready = { $name } is ready
error-under-way = This form is being worked on already; look under Keys.
error-unknown-intent = Choose one of the buttons of the page.
key-shown-once = The key was shown once, when it was made; if it is lost, revoke it and create a new one.
key-permissions = What this key may do
key-asleep-disabled = Right now it is disabled: every request with it is refused.
key-asleep-expired = Its time is over: every request with it is refused.
key-asleep-damaged = It is damaged: every request with it is refused. Revoke it, or restore it from a backup.
key-asleep-damaged-because = It is damaged ({ $damage }): every request with it is refused. Revoke it, or restore it from a backup.
key-asleep-leaked = It is revoked, because somebody else may know it: every request with it is refused, for good.
key-asleep-not-needed = It is revoked, because nobody needs it any more: every request with it is refused, for good.
key-asleep-owner-left = It is revoked, because its owner left: every request with it is refused, for good.
key-asleep-revoked = It is revoked: every request with it is refused, for good.
key-created = created { $when }
key-disable = Disable
key-enable = Enable
key-no-limit = no limit
key-limit-note = up to { $shown } a minute
key-no-end = no end is set
key-never = never
key-env-test-note = test key
key-env-live-note = live key
key-revoke = Revoke
key-requests-24h = Requests 24 h
key-addresses-24h = Addresses 24 h
key-addresses-note = it was used from
key-last-request = Last request
key-recent = Recent requests
key-recent-all = All in the logs
key-recent-none = No request with this key yet.
key-recent-caption = Recent requests with this key
reveal-lead = Copy the key now. It is shown this once and is stored only as a hash.
reveal-key = The key
reveal-snippets = Call the gateway from
reveal-snippet = { $name } snippet
reveal-stored = I have stored this key
reveal-done = Done
reveal-ask = Close without storing the key? It cannot be shown again.
reveal-keep = Keep it open
reveal-leave = Close anyway
key-tokens = { $count ->
        [one] { $shown } token
       *[other] { $shown } tokens
    }
first-request-waiting = Waiting for the first request…
first-request-later = The first request with this key shows up in the logs.
first-request-logs = Open logs
first-request-received = First request received.
first-request-refused = First request refused.
first-request-log = Open log
key-sentence-no-name = This key
key-sentence = { $name } may call { $models } through { $upstreams }, from { $addresses }, { $pace }, { $end }.
key-sentence-without-name = Call { $models } through { $upstreams }, from { $addresses }, { $pace }, { $end }.
key-sentence-every-model = every model
key-sentence-every-upstream = every upstream
key-sentence-any-address = any address
key-sentence-pace = { $count ->
        [one] up to { $open }{ $shown } request a minute{ $close }
       *[other] up to { $open }{ $shown } requests a minute{ $close }
    }
key-sentence-no-pace = as fast as it likes
key-sentence-until = until { $day }
key-sentence-no-end = without an end
list-two = { $one } and { $two }
list-three = { $one }, { $two } and { $three }
list-more = { $one }, { $two } and { $more }
list-rest = { $shown } more
