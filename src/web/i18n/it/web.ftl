# --- cifre, istanti ---
span-milliseconds = { $n } ms
span-seconds = { $n } s
span-minutes = { $n } min
money-dollars = { $sign }{ $amount } $
when-now = adesso
when-minutes-ago = { $n } min fa
when-in-minutes = tra { $n } min
when-hours-ago = { $n } h fa
when-in-hours = tra { $n } h
when-days-ago = { $n } g fa
when-in-days = tra { $n } g
date-short = { $day } { $month } { $year }
date-long = { $day } { $month } { $year }
date-and-time = { $date }, { $time } { $zone }
date-and-clock = { $day } { $month } { $clock }
day-and-hour = { $day } { $hour }
month-long = { $month ->
    [1] gennaio
    [2] febbraio
    [3] marzo
    [4] aprile
    [5] maggio
    [6] giugno
    [7] luglio
    [8] agosto
    [9] settembre
    [10] ottobre
    [11] novembre
   *[12] dicembre
}
month-short = { $month ->
    [1] gen
    [2] feb
    [3] mar
    [4] apr
    [5] mag
    [6] giu
    [7] lug
    [8] ago
    [9] set
    [10] ott
    [11] nov
   *[12] dic
}
weekday-short = { $weekday ->
    [0] lun
    [1] mar
    [2] mer
    [3] gio
    [4] ven
    [5] sab
   *[6] dom
}

# --- kit ---
none = —
bulk-label = Azioni sugli elementi selezionati
bulk-lead = Elementi selezionati:
bulk-column = Seleziona
bulk-tick = Seleziona { $name }
diff-caption = Che cosa è cambiato
diff-field = Campo
diff-old = Prima
diff-new = Dopo
diff-absent = non impostato
chart-figure = { $name }: { $value }
chart-point = { $label } – { $figures }
chart-column-good = Riuscite
list-both = { $one }, { $two }
terminal-title = Da terminale
terminal-command = Comando equivalente
terminal-curl = Comando curl equivalente
terminal-token = Il token viene letto dalla variabile d’ambiente { $variable }.
toast-undo = Annulla
reveal-file = Salva come file .env
key-env-other-note = chiave per l’ambiente { $env }
jobs-about = { $about } { $schedule }
peek-page = Apri la pagina completa
peek-next = Riga successiva
peek-previous = Riga precedente
peek-close = Chiudi
palette-open = Cerca
palette-placeholder = Chiavi, upstream, pagine, azioni
palette-results = Risultati
palette-none = Nessun risultato.
palette-page = Pagina
palette-action = Azione
palette-key = Chiave
palette-upstream = Upstream
palette-failed-requests = Richieste non riuscite
palette-expired-keys = Chiavi scadute
help-title = Scorciatoie da tastiera
help-palette = Cerca ovunque
help-search = Cerca in questo elenco
help-rows = Riga successiva / precedente
help-help = Mostra questa guida
nav-letters = Scorciatoie con lettere
nav-letters-on = Attive
nav-letters-off = Disattivate
nav-zone = Fuso orario
nav-zone-browser = Del browser
crumbs-label = Dove sei
pager-label = Pagine
pager-range = { $from }–{ $to } di { $all }
pager-range-capped = { $from }–{ $to } di oltre { $all }
copy = Copia
copied = Copiato
badge-expires = Scade { $when }
state-active = Attiva
state-disabled = Disattivata
state-expired = Scaduta
state-revoked = Revocata
state-damaged = Danneggiata
flash-key-enabled = Chiave riattivata. Le richieste con questa chiave passano di nuovo.
flash-key-disabled = Chiave disattivata. Da ora le richieste con questa chiave vengono rifiutate.
flash-key-revoked = Chiave revocata. Da ora le richieste con questa chiave vengono rifiutate.
flash-upstream-created = Upstream salvato.
flash-upstream-changed = Upstream salvato. Vale dalla prossima richiesta.
flash-upstream-default = Upstream predefinito cambiato. Lo usano le chiavi che non ne indicano uno.
flash-upstream-deleted = Upstream eliminato insieme al suo segreto.
flash-model-saved = Modello salvato.
flash-model-deleted = Modello eliminato.
flash-secret-replaced = Segreto sostituito. La prossima richiesta usa quello nuovo.
flash-job-started = Attività avviata. Il risultato comparirà in questa pagina.
flash-input-kept = Hai effettuato di nuovo l’accesso e i dati inseriti sono stati ripristinati, tranne i segreti: inseriscili di nuovo.
flash-signed-out = Hai chiuso la sessione.
# --- upstream: elenco ---
upstreams-title = Upstream
upstreams-lead = Dove il gateway invia le richieste e i segreti che usa per farlo.
upstreams-new = Nuovo upstream
upstreams-count = { $count ->
    [one] { $shown } upstream
   *[other] { $shown } upstream
}
upstreams-empty = Ancora nessun upstream. Un upstream è il server di un fornitore con il tuo segreto per usarlo; echo non richiede né l’uno né l’altro.
upstreams-empty-action = Aggiungi il primo upstream
upstreams-caption = Upstream, dal più recente
upstreams-head-name = Nome e fornitore
upstreams-head-used = Uso
upstreams-head-replaced = Sostituito
upstreams-used-on-request = su richiesta
upstreams-secret-unit = segreto
upstreams-previous = Precedente
upstreams-next = Successiva
upstreams-provider-compatible = Compatibile con OpenAI
upstreams-provider-custom = Personalizzato

# --- upstream: parole comuni a più pagine ---
upstream-name = Nome
upstream-provider = Fornitore
upstream-base-url = URL di base
upstream-dialects = Dialetti
upstream-secret = Segreto
upstream-secret-none = nessuno
upstream-health = Salute
upstream-default = Predefinito
upstream-damaged = Danneggiato
upstream-test = Verifica
upstream-cancel = Annulla

# --- upstream: modulo di creazione ---
upstream-new-crumb = Nuovo
upstream-new-lead = Dove il gateway invia le richieste e il segreto che usa per farlo.
upstream-provider-echo-place = offline, gratis
upstream-provider-own-place = indirizzo a scelta
upstream-name-hint = Se vuoto: il nome del fornitore.
upstream-base-url-presets = Se vuoto: l’indirizzo indicato sopra. Un server proprio di solito termina con /v1, ad esempio { $url }
upstream-secret-gone = Non resta nella pagina: incollalo di nuovo per salvare.
upstream-secret-sealed = Cifrato con AES-256-GCM e legato all’URL di base. Non viene più mostrato.
upstream-secret-local = Spesso un server locale non lo richiede.
upstream-save = Salva upstream

# --- upstream: verifica della connessione ---
upstream-try-heading = Verifica prima di salvare
upstream-try-lead = La verifica risolve l’indirizzo, apre la connessione, presenta il segreto e conta i modelli. Non viene salvato nulla.
upstream-test-heading = Funziona?
upstream-test-lead = La verifica risolve l’indirizzo, apre la connessione, presenta il segreto salvato e conta i modelli.
upstream-test-under-way = Verifica in corso…
upstream-test-invalid = { $field }: { $complaint }
upstream-test-unreachable = Impossibile raggiungere il server.
upstream-report-works = Funziona
upstream-report-fails = Non funziona
upstream-report-note = adesso, { $ms } ms
upstream-step-passed = superato:
upstream-step-failed = non superato:
upstream-step-address = Indirizzo
upstream-step-models = Modelli

# --- upstream: dettaglio ---
upstream-added = aggiunto { $when }
upstream-make-default = Imposta come predefinito
upstream-edit = Modifica
upstream-edit-title = Modifica l’upstream
upstream-edit-secret-hint = Solo se cambia l’indirizzo: un segreto salvato non viene mai inviato altrove.
upstream-default-for = Predefinito per
upstream-default-for-hint = Lo usano in questi dialetti le chiavi che non indicano un upstream.
upstream-own = Impostazioni proprie
upstream-own-note = tempi, intestazioni, certificati
upstream-timeout-connect = Per connettersi, secondi
upstream-timeout-first-byte = Fino al primo byte, secondi
upstream-timeout-idle = Di silenzio, secondi
upstream-timeout-total = In tutto, secondi
upstream-max-open = Richieste aperte al massimo
upstream-headers = Intestazioni
upstream-headers-hint = Una per riga, ad esempio x-team: search. Le porta ogni richiesta.
upstream-organization = Organizzazione OpenAI
upstream-project = Progetto OpenAI
upstream-ca = Certificati (PEM)
upstream-ca-hint = Di un’autorità propria che ha firmato il certificato del server.
upstream-delete = Elimina
upstream-facts = Dettagli
upstream-logs = Vedi i log
upstream-traffic = Traffico
upstream-figures = { $requests ->
    [one] { $shown_requests } richiesta
   *[other] { $shown_requests } richieste
} in 24 h, { $errors ->
    [one] { $shown_errors } errore
   *[other] { $shown_errors } errori
}
upstream-used = Usato
upstream-used-default = da tutte le chiavi che non indicano un upstream
upstream-used-default-for = da tutte le chiavi che non indicano un upstream, per { $dialects }
upstream-used-named = solo dalle chiavi che lo indicano
upstream-secret-replaced = , sostituito { $when }
upstream-id = ID
upstream-replace-secret-title = Sostituisci il segreto
upstream-replace-secret = Sostituisci segreto
upstream-give-secret-title = Aggiungi un segreto
upstream-save-secret = Salva segreto
upstream-new-secret = Nuovo segreto
upstream-new-secret-hint = Vale dalla prossima richiesta. Viene cifrato e non è più mostrato.

# --- upstream: eliminazione ---
upstream-delete-title = Elimina { $name }
upstream-delete-question = Eliminare { $name }?
upstream-delete-idle = Nessuna richiesta inviata qui nelle ultime 24 h.
upstream-delete-in-use = { $count ->
    [one] { $shown } richiesta inviata qui nelle ultime 24 h.
   *[other] { $shown } richieste inviate qui nelle ultime 24 h.
}
upstream-delete-default = È l’upstream predefinito: finché non ne scegli un altro, le chiavi che non indicano un upstream ricevono 503. Il suo segreto viene eliminato e non è recuperabile; le righe dei log restano.
upstream-delete-named = Le chiavi che indicano solo questo upstream verranno rifiutate. Il suo segreto viene eliminato e non è recuperabile; le righe dei log restano.
upstream-delete-confirm = Elimina upstream

# --- upstream: salute ---
upstream-health-idle = Nessuna richiesta in 24 h
upstream-health-good = Funzionante
upstream-health-auth-failed = Rifiuta il segreto
upstream-health-secret-unreadable = Segreto non decifrabile
upstream-health-unreachable = Irraggiungibile
upstream-health-forbidden = Indirizzo non consentito
upstream-health-timeout = Risponde troppo tardi
upstream-health-invalid-response = Risposte inutilizzabili
upstream-health-redirected = Reindirizza altrove
upstream-health-reset = Interrompe le risposte
upstream-health-error = Risponde con errori
models-title = Modelli
models-lead = Nomi che i client chiedono e upstream che rispondono. Ogni altro nome va all’upstream così com’è.
models-new = Nuovo modello
models-count = { $count ->
    [one] { $shown } modello
   *[other] { $shown } modelli
}
models-empty = Ancora nessun modello. Un modello dà un nome unico a più destinazioni: se la prima non risponde, risponde la seconda.
models-empty-action = Aggiungi il primo modello
models-caption = Modelli, dal più recente
models-head-name = Nome e strategia
models-head-deployments = Destinazioni
models-head-changed = Modificato
models-more = e altre { $count }
model-lead = Un nome che i client chiedono, e dove si può rispondere.
model-form-crumb = Modulo
model-edit = Modifica
model-edit-title = Modifica il modello
model-save = Salva modello
model-name = Nome
model-name-hint = Ciò che i client scrivono come modello.
model-strategy = Strategia
model-strategy-hint = Prima le priorità più basse; a parità, decide la strategia.
model-strategy-ordered = In ordine
model-strategy-weighted = Per peso
model-strategy-least-latency = Prima il più veloce
model-deployments = Destinazioni
model-deployments-count = { $count ->
    [one] { $count } destinazione
   *[other] { $count } destinazioni
}
model-deployment = Modello e upstream
model-deployment-number = Destinazione { $number }
model-their-name = Il suo nome presso l’upstream
model-weight = Peso
model-priority = Priorità
model-up = Su
model-down = Giù
model-remove = Togli
model-add-deployment = Aggiungi una destinazione
model-upstream-gone = upstream eliminato
model-when-it-fails = Se una non risponde
model-when-it-fails-note = tentativi, pausa, attesa
model-retries = Nuovi tentativi
model-retries-hint = Tentativi dopo il primo. Vuoto: 2.
model-rest = Pausa dopo un errore, secondi
model-rest-hint = Per quanto una destinazione non riuscita viene esclusa. Vuoto: 30.
model-timeout = Fino al primo byte, secondi
model-timeout-hint = Vuoto: come per l’upstream.
model-timeout-upstream = come per l’upstream
model-retry-sent = Inviata di nuovo anche se forse già elaborata
model-retry-sent-tick = Invia di nuovo una richiesta anche se l’upstream potrebbe averla elaborata
model-seconds = { $count ->
    [one] { $shown } secondo
   *[other] { $shown } secondi
}
model-delete-title = Elimina { $name }
model-delete-question = Eliminare { $name }?
model-delete-impact = Da quel momento le richieste per questo nome vanno a un upstream così come sono.
model-delete-consequence = L’upstream potrebbe non conoscere questo modello e rifiutarle. Le righe dei log restano.
model-delete-confirm = Elimina modello

# --- panoramica ---
overview-title = Panoramica
overview-lead = Le ultime 24 ore, fuso orario { $zone }.
overview-steps = Primi passi
overview-steps-note = da qui alla prima richiesta
overview-step-upstream = Aggiungi un upstream
overview-step-upstream-note = Un fornitore con il tuo segreto per usarlo; oppure echo: integrato, offline e gratuito.
overview-step-key = Crea una chiave
overview-step-key-note = Con questa un programma chiama il gateway. Viene mostrata una sola volta.
overview-step-request = Invia una prima richiesta
overview-step-request-note = Incolla l’esempio fornito con la chiave; la richiesta compare nei log.
overview-step-request-action = Apri i log
overview-step-done = (fatto)
overview-root-key = Conserva altrove una copia della chiave radice: senza, nulla nel database si può aprire. Se non la fornisci tu, è il file { $file } nella cartella dei dati.
overview-hours = Richieste all’ora
overview-hours-note = errori in pila
overview-view-logs = Vedi i log
overview-requests = Richieste
overview-keys-active = { $count ->
    [one] { $active } di { $shown } chiave attiva
   *[other] { $active } di { $shown } chiavi attive
}
overview-errors = Errori
overview-errors-note = { $count ->
    [one] { $shown } risposta con stato 400 o superiore
   *[other] { $shown } risposte con stato 400 o superiore
}
overview-tokens = Token
overview-tokens-note = { $input } in ingresso, { $output } in uscita
overview-first-byte = Tempo al primo byte, p50
overview-first-byte-note = sulle risposte riuscite
overview-attention = Da controllare
overview-attention-none = Niente. Qui compaiono le chiavi in scadenza e gli upstream con problemi.
overview-no-default = Nessun upstream predefinito
overview-choose-default = Scegline uno
overview-look = Apri
overview-look-at = Apri { $name }
overview-upstreams-note = in base alle richieste passate di qui
overview-upstreams-caption = Gli upstream e le loro ultime 24 ore
overview-row-requests = { $count ->
    [one] { $shown } richiesta
   *[other] { $shown } richieste
}
overview-row-errors = { $share } di errori
# --- elenco delle chiavi ---
keys-title = Chiavi
keys-lead = Quello che persone e programmi usano per chiamare il gateway.
keys-new = Nuova chiave
keys-empty = Ancora nessuna chiave. Con una chiave un programma chiama il gateway senza mai vedere il segreto di un fornitore.
keys-create-first = Crea la prima chiave
keys-none-fits = Nessuna chiave corrisponde a questi filtri.
keys-show-all = Mostra tutte le chiavi
keys-count = { $count ->
    [one] { $shown } chiave
   *[other] { $shown } chiavi
}
keys-previous = Precedente
keys-next = Successiva
keys-search = Cerca
keys-search-label = Cerca tra le chiavi
keys-search-placeholder = Nome, prefisso o id
keys-filters-clear = Azzera
keys-order = Dalla più recente
keys-caption = Chiavi, dalla più recente
keys-state = Stato
keys-state-any = qualsiasi
keys-state-active = attiva
keys-state-disabled = disattivata
keys-state-expired = scaduta
keys-state-revoked = revocata
keys-name = Nome e chiave
keys-models = Modelli consentiti
keys-models-all = tutti i modelli
keys-models-more = { $first } e altri { $more }
keys-limit = Limite
keys-limit-none = nessun limite
keys-limit-per-minute = { $shown } / min
keys-last-used = Ultimo utilizzo
keys-last-used-label = ultimo utilizzo:
keys-never-used = mai
keys-expires = Scade
keys-never-expires = mai

# --- revoca di una chiave ---
revoke-title = Revoca di { $name }
revoke-question = Revocare { $name }?
revoke-impact-never = Con questa chiave non è mai arrivata alcuna richiesta.
revoke-impact-idle = Nessuna richiesta nelle ultime 24 ore; ultima richiesta: { $last }.
revoke-impact = { $requests ->
    [one] { $addresses ->
        [one] { $requests_shown } richiesta nelle ultime 24 ore da { $addresses_shown } indirizzo; ultima: { $last }.
       *[other] { $requests_shown } richiesta nelle ultime 24 ore da { $addresses_shown } indirizzi; ultima: { $last }.
    }
   *[other] { $addresses ->
        [one] { $requests_shown } richieste nelle ultime 24 ore da { $addresses_shown } indirizzo; ultima: { $last }.
       *[other] { $requests_shown } richieste nelle ultime 24 ore da { $addresses_shown } indirizzi; ultima: { $last }.
    }
}
revoke-consequence = Da quel momento ogni richiesta con questa chiave viene rifiutata e le richieste in corso vengono interrotte. L'operazione è irreversibile: per fermare una chiave solo per un po', basta disattivarla.
revoke-reason = Motivo
revoke-reason-no-longer-needed = Non serve più a nessuno
revoke-reason-leaked = Qualcun altro potrebbe conoscerla
revoke-reason-owner-left = Chi la usava se n'è andato
revoke-reason-other = Altro
revoke-cancel = Annulla
revoke-confirm = Revoca chiave

# --- log ---
logs-title = Log
logs-lead = Una riga per richiesta. Prompt e risposte non vengono salvati.
logs-empty = Ancora nessuna richiesta. La prima comparirà qui appena avrà ricevuto risposta.
logs-create-key = Crea una chiave
logs-none-fits = Nessuna richiesta corrisponde a questi filtri.
logs-show-all = Mostra tutte le richieste
logs-caption = Richieste, dalla più recente
logs-order = Dalla più recente, fuso orario { $zone }
logs-newest = Le { $shown } richieste più recenti
logs-count = { $count ->
    [one] { $shown } richiesta
   *[other] { $shown } richieste
}
logs-further-back = { $count ->
    [one] { $shown } richiesta meno recente
   *[other] { $shown } richieste meno recenti
}
logs-newer = Più recenti
logs-older = Meno recenti
logs-time = Ora
logs-status = Stato
logs-key = Chiave
logs-model = Modello
logs-upstream = Upstream
logs-request = Richiesta
logs-request-id = Id della richiesta
logs-tokens-in = Ingresso
logs-tokens-out = Uscita
logs-first-ms = Primo byte, ms
logs-total-ms = Totale, ms
logs-unit-ms = ms
logs-row-damaged = Questa riga è danneggiata: { $damage }
logs-filter = Filtra
logs-filter-time = Periodo
logs-filter-remove = Rimuovi il filtro { $name }
logs-filters-apply = Applica
logs-filters-clear = Azzera
logs-any = qualsiasi
logs-span-hour = ultima ora
logs-span-day = ultime 24 ore
logs-span-week = ultimi 7 giorni
logs-span-month = ultimi 30 giorni
logs-outcome-good = 2xx, riuscite
logs-outcome-refused = 4xx, rifiutate
logs-outcome-too-fast = 429, troppo frequenti
logs-outcome-failed = 5xx, non riuscite

# --- una richiesta ---
log-when = { $absolute }, { $relative }
log-facts = Dettagli
log-outcome = Esito
log-outcome-damaged = sconosciuto; questa riga è danneggiata: { $damage }
log-outcome-completed = { $status }, completata
log-outcome-together = { $outcome }, { $shown } richieste registrate insieme
log-key-version = versione { $version }
log-policy-version = versione della policy { $version }
log-from = Provenienza
log-model-served = { $asked }, ha risposto { $served }
log-upstream-answered = { $upstream }, che ha risposto { $status }
log-tokens = Token
log-tokens-in = { $shown } in ingresso
log-tokens-in-cached = { $shown } in ingresso ({ $cached } dalla cache)
log-tokens-out = { $shown } in uscita
log-tokens-out-reasoning = { $shown } in uscita ({ $reasoning } di ragionamento)
log-tokens-not-counted = non contati
log-tokens-unreadable = l'upstream ha comunicato conteggi impossibili
log-streamed = In streaming
log-yes = sì
log-no = no
log-attempts = Tentativi
log-cost = Costo
log-cost-none = sconosciuto
log-cost-reported = { $amount }, secondo il fornitore
log-session = Sessione
log-usage = Consumo
log-usage-raw = Come lo comunica il fornitore
log-usage-cache-5m = Scritti nella cache, 5 minuti
log-usage-cache-1h = Scritti nella cache, 1 ora
log-usage-cache-other = Scritti nella cache
log-usage-audio-in = Audio in ingresso
log-usage-image-in = Immagini in ingresso
log-usage-audio-out = Audio in uscita
log-usage-image-out = Immagini in uscita
log-usage-images = Immagini create
log-usage-searches = Ricerche sul web
log-usage-fetches = Pagine web lette
log-tier = Livello di servizio
log-tries = Tentativi uno per uno
log-try-number = N.
log-try-open = nessuna risposta
log-try-started = Iniziato dopo
log-try-took = Durata
log-agent = User agent
log-only-this-key = Solo questa chiave
log-only-status = Solo { $status }
log-time = Come si è distribuito il tempo
log-time-first-byte = fino al primo byte
log-time-no-answer = fino alla fine, senza risposta
log-time-streaming = streaming
log-time-rest = il resto della risposta
log-class-key-disabled = chiave disattivata
log-class-key-expired = chiave scaduta
log-class-key-revoked = chiave revocata
log-class-model-not-allowed = modello non consentito
log-class-upstream-not-allowed = upstream non consentito
log-class-ip-not-allowed = indirizzo IP non consentito
log-class-rate-limit-exceeded = limite di richieste superato
log-class-bad-request = richiesta non valida
log-class-no-upstream = nessun upstream
log-class-credential-unreadable = segreto illeggibile
log-class-upstream-unavailable = upstream non raggiungibile
log-class-upstream-forbidden = upstream vietato
log-class-upstream-timeout = tempo scaduto in attesa dell'upstream
log-class-upstream-auth-failed = autenticazione presso l'upstream non riuscita
log-class-upstream-redirected = l'upstream ha risposto con un reindirizzamento
log-class-upstream-invalid-response = risposta dell'upstream non valida
log-class-upstream-reset = connessione interrotta dall'upstream
log-class-upstream-error = errore dell'upstream
log-class-client-gone = il client si è disconnesso
log-class-revoked-mid-stream = chiave revocata durante lo streaming
log-class-interrupted = interrotta
log-class-store-unavailable = database non disponibile
log-class-internal = errore interno
log-class-upstream-damaged = upstream danneggiato
log-class-scope-not-allowed = ambito non consentito
log-class-permission-not-allowed = permesso non consentito
log-class-upstream-overloaded = upstream sovraccarico
log-class-upstream-truncated = risposta dell'upstream incompleta
log-class-upstream-stream-error = errore dell'upstream durante lo streaming
log-class-expired-mid-stream = chiave scaduta durante lo streaming
log-class-loop-detected = richiesta tornata in circolo
# --- cornice ---
nav-skip = Vai al contenuto
nav-menu = Menu
nav-main = Principale
nav-main-small = Principale, schermo piccolo
nav-overview = Panoramica
nav-group-access = Accesso
nav-keys = Chiavi
nav-group-routing = Instradamento
nav-upstreams = Upstream
nav-models = Modelli
nav-group-observe = Monitoraggio
nav-logs = Log
nav-group-installation = Installazione
nav-settings = Impostazioni
nav-colours = Colori
nav-language = Lingua
nav-sign-out = Esci
nav-role = { $role ->
    [owner] Proprietario
    [admin] Amministratore
    [member] Membro
   *[viewer] Lettore
}
theme-system = Sistema
theme-light = Chiaro
theme-dark = Scuro

# --- accesso, configurazione iniziale ---
login-title = Accedi
login-ended = La sessione è scaduta. I dati inseriti sono stati conservati: accedi per continuare.
login-heading = Accedi a Keywright
login-email = E-mail
login-password = Password
login-forgotten = Password dimenticata? Sulla macchina del server:
setup-title = Configurazione iniziale
setup-heading = Configura Keywright
setup-token-place = Il token di configurazione compare dove gira keywright serve e si trova in questo file:
setup-token = Token di configurazione
setup-email = La tua e-mail
setup-password-hint = Almeno 12 caratteri; vanno bene anche alcune parole.
setup-submit = Crea il primo amministratore

# --- attività ---
jobs-title = Attività
jobs-lead = Ciò che il server fa da solo, su un nodo alla volta.
jobs-began = Inizio
jobs-took = Durata
jobs-detail = Dettagli
jobs-caption = Attività in background, per nome
jobs-job = Attività
jobs-result = Esito
jobs-last-run = Ultima esecuzione
jobs-next-run = Prossima esecuzione
jobs-action = Azione
jobs-last-run-label = ultima esecuzione
jobs-next-run-label = prossima esecuzione
jobs-never = mai
jobs-run-now = Esegui ora
jobs-run-named = Esegui ora { $job }
jobs-running = In corso
jobs-done = Riuscita
jobs-failed = Non riuscita
jobs-interrupted = Interrotta
jobs-not-run = Mai eseguita
jobs-every-minutes = { $count ->
    [one] Viene eseguita ogni minuto.
   *[other] Viene eseguita ogni { $shown } minuti.
}
jobs-every-hours = { $count ->
    [one] Viene eseguita ogni ora.
   *[other] Viene eseguita ogni { $shown } ore.
}
jobs-schedule = Frequenza: { $schedule }.
jobs-about-audit-head = Annota nel log dove finisce il registro di audit, così un taglio alla fine si nota.
jobs-about-end-sessions = Elimina le sessioni scadute.
jobs-about-prune-events = Elimina gli eventi consegnati o abbandonati da una settimana.
jobs-about-prune-runs = Elimina i dati delle esecuzioni terminate da una settimana.
jobs-about-trim-changes = Conserva le diecimila notifiche più recenti del flusso delle modifiche.

# --- grafico ---
chart-summary = { $requests ->
    [one] { $requests_shown } richiesta
   *[other] { $requests_shown } richieste
} in 24 ore, { $errors ->
    [one] { $errors_shown } errore
   *[other] { $errors_shown } errori
}; massimo in un'ora: { $busiest }
chart-now = ora
chart-table = Come tabella
chart-caption = Richieste per ora
chart-column-hour = Ora, { $zone }
chart-column-errors = Errori

# --- pagine di errore ---
error-went-wrong = Qualcosa è andato storto
error-did-not-work = Operazione non riuscita
error-not-found-page = Pagina non trovata
error-denied-title = Operazione non consentita
error-denied-fix = Chiedi a un proprietario o a un amministratore di farlo, o di cambiare il tuo ruolo.
error-unavailable-title = Il database non risponde
error-unavailable-fix = Ricarica la pagina tra poco. Nel frattempo il gateway continua a funzionare.
error-internal-title = Qualcosa è andato storto
error-internal-fix = Ricarica la pagina. Se il problema resta, cerca nel log del server l'ID qui sotto.
error-other-title = Operazione non riuscita
error-other-fix = Torna indietro e riprova.
error-nothing-here-title = Qui non c'è niente
error-nothing-here = L'indirizzo è sbagliato, oppure ciò che indicava non esiste più.
error-nothing-here-fix = Controlla l'indirizzo, oppure riparti dalla panoramica.
error-request = Richiesta
error-to-overview = Vai alla panoramica

# --- errori, per tipo ---
error-denied = Il tuo ruolo non lo consente.
error-unavailable = Il database non risponde; riprova tra poco.
error-internal = Qualcosa è andato storto dal nostro lato; i dettagli sono nel log del server.
error-transport = Impossibile raggiungere il server: { $reason }.
error-throttled = { $seconds ->
    [one] Troppi tentativi; riprova tra { $seconds } secondo.
   *[other] Troppi tentativi; riprova tra { $seconds } secondi.
}
error-sign-in-first = Prima devi accedere.
error-that-address-and-password-do-not-match = Indirizzo e password non corrispondono.
error-not-found = Questo elemento non esiste.
error-no-such-key = Questa chiave non esiste.
error-no-such-upstream = Questo upstream non esiste.
error-no-such-model-route = Questo instradamento non esiste.
error-no-such-provider = Questo fornitore non esiste.
error-no-such-request = Questa richiesta non esiste.
error-no-such-overview = Questa panoramica non esiste.
error-no-such-audit-record = Questa voce di audit non esiste.
error-no-such-job = Questa attività non esiste.
error-no-such-run = Questa esecuzione non esiste.
error-no-such-user = Questo utente non esiste.
error-no-such-person = Questa persona non esiste.
error-no-such-page = Questa pagina non esiste.

# --- errori, per codice ---
error-name-taken = Un altro upstream ha già questo nome; sceglierne uno diverso.
error-email-taken = Esiste già un utente con questo indirizzo e-mail.
error-stale = Nel frattempo i dati sono cambiati; ricontrollali e riprova.
error-key-revoked = Questa chiave è revocata; creane una nuova.
error-row-tampered = I dati sono danneggiati e non vengono più usati: terminarli, eliminarli o ripristinarli da un backup. Dettagli: { $sentence }
error-account-damaged = Una riga del database necessaria per questa operazione è danneggiata; ripristinarla da un backup.
error-project-damaged = { error-account-damaged }
error-installation-damaged = { error-account-damaged }
error-audit-head-damaged = La testa del registro di audit è stata modificata; keywright audit verify dice di più.
error-job-interrupted = L'esecuzione è stata interrotta e verrà ripresa.
error-invalid-page-too-deep = Le pagine numerate finiscono alla riga 10000; proseguire con cursor, cioè il next_cursor della pagina precedente.
error-invalid-form = Impossibile leggere questo modulo: { $reason }.
error-invalid-query = Impossibile leggere questo indirizzo: { $reason }.
error-invalid = Impossibile leggere i dati inviati: { $sentence }

# --- elenchi di valori ammessi ---
list-next = { $first }, { $next }
list-or = { $first } o { $last }

# --- campi, per codice ---
field-entry = { $entry }: { $sentence }
field-required = Questo campo è obbligatorio.
field-unknown-field = { $known ->
    [none] Questo campo non esiste, e non ce ne sono altri.
   *[other] Questo campo non esiste; esiste { $known }.
}
field-duplicate-field = Indicare questo campo una sola volta.
field-wrong-type = Tipo di valore errato; atteso: { $expected }.
field-time-zone = Usare un nome del database IANA dei fusi orari, ad esempio Europe/Rome.
field-whole-number = Usare un numero intero.
field-whole-number-or-none = Usare un numero intero, oppure lasciare vuoto per nessun limite.
field-unfit = Questo valore non è adatto.
field-no-parameters = Questo percorso non accetta parametri.
field-length = Usare da { $min } a { $max } caratteri.
field-too-long = Usare al massimo { $max } caratteri.
field-invisible-characters = Togliere a capo e caratteri invisibili (di controllo, bidirezionali, a larghezza zero).
field-range = Usare un valore da { $min } a { $max }.
field-limit-range = Usare un valore da { $min } a { $max }; lasciare vuoto (in JSON: null) per nessun limite.
field-days-range = Usare da { $min } a { $max } giorni, oppure lasciare vuoto per nessuna scadenza.
field-page-number = Le pagine si contano da 1.
field-one-of = Usare { $allowed }.
field-not-an-id = Non è un ID di questo tipo: deve essere { $prefix }_ seguito da 26 caratteri.
field-instant = Usare il formato RFC 3339, ad esempio { $example }.
field-not-both = Indicare { $one } o { $other }, non entrambi.
field-in-the-past = Scegliere un momento futuro.
field-span = Scegliere una delle durate proposte.
field-too-many = Usare al massimo { $max } voci.
field-model-pattern = Un modello ha da 1 a 256 caratteri visibili; * sta per una sequenza qualsiasi, ad esempio gpt-*.
field-tag = Un tag ha da 1 a { $max } caratteri visibili, senza virgole.
field-json-object = Usare un oggetto JSON, ad esempio { $example }.
field-too-large = Usare al massimo { $max } byte.
field-network = Usare un indirizzo o una rete, ad esempio 10.4.12.0/24.
field-network-prefix = Una rete { $family } termina con un valore da /0 a /{ $max }. Forse si intendeva { $suggestion }?
field-base-url = { $reason ->
    [scheme] Iniziare con https:// (o con http:// nella propria rete).
    [user_info] Togliere nome utente e password; il segreto ha un campo a parte.
    [query] Togliere tutto da ? o # in poi.
    [host] L'host deve essere un nome, un indirizzo IPv4 o un indirizzo IPv6 tra parentesi quadre.
    [port] La porta deve essere un numero da 1 a 65535.
    [path] Il percorso può contenere lettere, cifre e - . _ ~ tra barre singole.
   *[length] Usare al massimo 2048 caratteri.
}
field-base-url-missing = Indicare dove si trova il server, ad esempio http://127.0.0.1:11434/v1.
field-unknown-provider = Questo fornitore non esiste; usare { $known }.
field-dialect-not-spoken = Questo fornitore non parla { $dialect }.
field-header-field = Usare il nome di un'intestazione e una riga di testo visibile; credenziali e campi della connessione si impostano altrove.
field-certificates = Incollare certificati in formato PEM, da BEGIN CERTIFICATE a END CERTIFICATE.
field-secret-again = L'indirizzo cambia, quindi incollare di nuovo la chiave API: un segreto salvato non viene mai inviato altrove.
field-not-available = Non è ancora disponibile; lasciarlo vuoto.
field-burst-without-rate = Una raffica richiede un limite al minuto, all'ora o al giorno, che indichi il ritmo.
field-at-least-one = Indicarne almeno uno.
field-echo-base-url = L'indirizzo echo: è riservato al fornitore Echo.
field-secret-missing = Incollare la chiave API del fornitore.
field-secret-shape = Un segreto è una sola riga di caratteri ASCII visibili, senza spazi; incollarlo di nuovo.
field-echo-secret = L'upstream echo non richiede un segreto.
field-status = Usare uno stato come 429 o una classe come 4xx.
field-cursor = Usare il next_cursor della pagina precedente, senza modificarlo.
field-no-such = { $noun ->
    [project] Questo progetto non esiste.
    [upstream] Questo upstream non esiste.
    [key] Questa chiave non esiste.
    [user] Questo utente non esiste.
   *[other] Questo elemento non esiste: { $noun }.
}
field-name-taken = { $noun ->
    [upstream] Un altro upstream ha già questo nome; sceglierne uno diverso.
    [key] Un'altra chiave ha già questo nome; sceglierne uno diverso.
   *[other] Questo nome è già usato ({ $noun }); sceglierne uno diverso.
}
field-email = Usare un indirizzo come nome@example.org.
field-unknown-email = Nessun utente ha questo indirizzo e-mail.
field-password = Questa password non va bene: { $advice }
field-setup-token = Questo non è il token di configurazione; copiarlo da dove gira keywright serve.
field-cursor-of-other-sort = Questo cursore appartiene a un altro ordinamento; ricominciare senza cursore.
field-forbidden-address = Questo indirizzo non va bene: { $reason }

# --- A ---
key-name = Nome
key-name-hint = Per le persone: compare nei log e negli elenchi.
key-env = Ambiente
key-env-live = Produzione
key-env-test = Di test
key-expires = Scadenza
key-expires-in = { $count ->
        [one] tra { $count } giorno · { $date }
       *[other] tra { $count } giorni · { $date }
    }
key-expires-never = mai
key-limits = Limiti e accesso
key-limits-note = tutti i modelli, tutti gli upstream, qualsiasi indirizzo
key-per-minute = Richieste al minuto
key-per-minute-hint = Vuoto: nessun limite.
key-per-hour = Richieste all’ora
key-per-day = Richieste al giorno
key-burst = Raffica
key-burst-hint = Quante possono arrivare insieme prima che valga il ritmo.
key-concurrency = Aperte insieme
key-concurrency-hint = Richieste che possono essere in corso nello stesso momento.
key-may = Permessi
key-may-hint = Entrambi o nessuno: lettura e scrittura.
key-may-read = Lettura
key-may-write = Scrittura
key-scopes = Ambiti
key-scopes-hint = Per che cosa si può usare. Nessuno selezionato: tutto.
key-models = Modelli
key-models-hint = Nomi o pattern con *. Vuoto: tutti i modelli.
key-addresses = Indirizzi
key-addresses-hint = Indirizzi o reti da cui si può usare. Vuoto: ovunque.
key-notes = Note
key-notes-note = descrizione, etichette, metadati
key-description = Descrizione
key-description-hint = A che cosa serve, in una o due frasi.
key-tags = Etichette
key-tags-example = gruppo-ricerca, produzione
key-tags-hint = Parole per raggruppare le chiavi, separate da virgole.
key-metadata = Metadati
key-metadata-hint = Un oggetto JSON letto dai tuoi programmi.
key-create = Crea chiave
key-cancel = Annulla
key-summary = Riepilogo
key-upstreams = Upstream
key-upstreams-hint = Nessuno selezionato: tutti gli upstream.
key-plain-words = In parole semplici
key-terminal = Lo stesso dal terminale
key-new = Nuova chiave
key-new-crumb = Nuova
key-new-lead = Bastano tre risposte. Tutto il resto ha un valore predefinito sensato.
key-ready = { $name } è pronta
error-under-way = Questo modulo è già in lavorazione: guarda tra le chiavi.
error-unknown-intent = Scegli uno dei pulsanti della pagina.
key-shown-once = La chiave è stata mostrata una sola volta, alla creazione; se è andata persa, revocala e creane una nuova.
key-permissions = Che cosa può fare questa chiave
key-asleep-disabled = In questo momento è disattivata: ogni richiesta viene rifiutata.
key-asleep-expired = È scaduta: ogni richiesta viene rifiutata.
key-asleep-damaged = È danneggiata: ogni richiesta viene rifiutata. Revocala o ripristinala da un backup.
key-asleep-damaged-because = È danneggiata ({ $damage }): ogni richiesta viene rifiutata. Revocala o ripristinala da un backup.
key-asleep-leaked = È revocata perché altri potrebbero conoscerla: ogni richiesta viene rifiutata, in modo definitivo.
key-asleep-not-needed = È revocata perché non serve più: ogni richiesta viene rifiutata, in modo definitivo.
key-asleep-owner-left = È revocata perché il suo proprietario se n’è andato: ogni richiesta viene rifiutata, in modo definitivo.
key-asleep-revoked = È revocata: ogni richiesta viene rifiutata, in modo definitivo.
key-created = creata { $when }
key-disable = Disattiva
key-enable = Attiva
key-no-limit = nessun limite
key-limit-note = fino a { $shown } al minuto
key-no-end = nessuna scadenza impostata
key-never = mai
key-env-test-note = chiave di test
key-env-live-note = chiave di produzione
key-revoke = Revoca
key-requests-24h = Richieste 24 h
key-addresses-24h = Indirizzi 24 h
key-addresses-note = da cui è stata usata
key-last-request = Ultima richiesta
key-recent = Richieste recenti
key-recent-all = Tutte nei log
key-recent-none = Ancora nessuna richiesta con questa chiave.
key-recent-caption = Richieste recenti con questa chiave
reveal-lead = Copia la chiave adesso: viene mostrata solo questa volta e ne viene conservato soltanto un hash.
reveal-key = La chiave
reveal-snippets = Chiamare il gateway da
reveal-snippet = Esempio { $name }
reveal-stored = Ho salvato questa chiave
reveal-done = Fatto
reveal-ask = Chiudere senza salvare la chiave? Non potrà più essere mostrata.
reveal-keep = Lascia aperto
reveal-leave = Chiudi comunque
key-tokens = { $count ->
        [one] { $shown } token
       *[other] { $shown } token
    }
first-request-waiting = In attesa della prima richiesta…
first-request-later = La prima richiesta con questa chiave comparirà nei log.
first-request-logs = Apri i log
first-request-received = Prima richiesta ricevuta.
first-request-refused = Prima richiesta rifiutata.
first-request-log = Apri il log
key-sentence-no-name = Questa chiave
key-sentence = { $name } può chiamare { $models } tramite { $upstreams }, da { $addresses }, { $pace }, { $end }.
key-sentence-without-name = Chiamare { $models } tramite { $upstreams }, da { $addresses }, { $pace }, { $end }.
key-sentence-every-model = tutti i modelli
key-sentence-every-upstream = tutti gli upstream
key-sentence-any-address = qualsiasi indirizzo
key-sentence-pace = { $count ->
        [one] fino a { $open }{ $shown } richiesta al minuto{ $close }
       *[other] fino a { $open }{ $shown } richieste al minuto{ $close }
    }
key-sentence-no-pace = senza limiti di velocità
key-sentence-until = con scadenza { $day }
key-sentence-no-end = senza scadenza
list-two = { $one } e { $two }
list-three = { $one }, { $two } e { $three }
list-more = { $one }, { $two } e { $more }
list-rest = altri { $shown }
