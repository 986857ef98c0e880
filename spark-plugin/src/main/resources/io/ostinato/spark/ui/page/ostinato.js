'use strict';

/* Reads the status of the evaluations from Spark's metrics and shows it. All texts of the application
   are shown as text, never as markup. */
(() => {
  const DATA = '../metrics/json/';
  const GAUGE = '.ostinato.status';
  const BUSY_MILLIS = 1000;
  const IDLE_MILLIS = 3000;
  const PHASES = ['prepare', 'send', 'job', 'collect', 'process'];
  const STATES = {
    prepare: 'preparing the data',
    send: 'sending weights',
    job: 'evaluating',
    collect: 'collecting results',
    succeeded: 'succeeded',
    failed: 'failed',
  };
  const NUMBERS = new Intl.NumberFormat('en');

  const byId = id => document.getElementById(id);
  /** The keys of rows and the values of cells that are shown. */
  const shown = new WeakMap();
  let paused = false;
  let timer = 0;

  // ---- formats

  const count = value => NUMBERS.format(value);

  function bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    let scaled = value;
    while (scaled >= 1024 && unit < units.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return (unit === 0 || scaled >= 100 ? count(Math.round(scaled)) : scaled.toFixed(1)) + ' ' + units[unit];
  }

  function time(millis) {
    if (millis < 1000) {
      return Math.round(millis) + ' ms';
    }
    const seconds = millis / 1000;
    if (seconds < 60) {
      return seconds.toFixed(1) + ' s';
    }
    const whole = Math.round(seconds);
    const two = value => String(value).padStart(2, '0');
    return whole < 3600
      ? Math.floor(whole / 60) + ':' + two(whole % 60) + ' min'
      : Math.floor(whole / 3600) + ':' + two(Math.floor(whole / 60) % 60) + ' h';
  }

  const share = (part, whole) => whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
  const percent = fraction => Math.floor(100 * fraction + 1e-9) + '%';

  // ---- elements

  function element(name, options = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(options).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children); // strings become text
    return made;
  }

  /** A name in any script, which doesn't change the direction of what is around it. */
  const name = text => element('bdi', {}, text);

  /* A cell is what it shows, as a value to compare, and how that is built. */
  const cell = (value, build, kind = '', header = false) => ({value: JSON.stringify(value), build, kind, header});
  const text = value => cell(value, () => [String(value)]);
  const number = value => cell(value, () => [String(value)], 'number');
  const named = value => cell(value, () => [name(value)]);
  const code = value => cell(value, () => [element('code', {}, value)]);

  /** Updates the rows of a table; only cells that have changed are replaced, so that focus stays. */
  function show(id, rows) {
    const table = byId(id);
    const body = table.tBodies[0];
    byId(id + '-empty').hidden = rows.length > 0;
    table.closest('.scroll').hidden = rows.length === 0;
    const present = new Map([...body.rows].map(row => [shown.get(row), row]));
    const keys = new Set(rows.map(row => row.key));
    present.forEach((row, key) => keys.has(key) || row.remove());
    rows.forEach((wanted, position) => {
      const row = present.get(wanted.key) || element('tr');
      shown.set(row, wanted.key);
      if (body.rows[position] !== row) {
        body.insertBefore(row, body.rows[position] || null);
      }
      row.className = wanted.kind || '';
      wanted.cells.forEach((each, column) => showCell(row, column, each));
    });
  }

  function showCell(row, column, wanted) {
    const before = row.cells[column];
    if (before && shown.get(before) === wanted.value) {
      return;
    }
    const made = element(wanted.header ? 'th' : 'td');
    shown.set(made, wanted.value);
    if (wanted.header) {
      made.scope = 'row';
    }
    made.className = wanted.kind;
    made.append(...wanted.build());
    if (before) {
      before.replaceWith(made);
    } else {
      row.append(made);
    }
  }

  // ---- what is shown

  function callbacks(pass) {
    return cell([pass.callbacks, pass.evaluations], () => {
      const parts = [];
      pass.callbacks.forEach((each, i) => parts.push(...(i ? [', '] : []), name(each)));
      const more = pass.evaluations - pass.callbacks.length;
      return more > 0 ? [...parts, ' and ' + more + ' more'] : parts;
    }, '', true);
  }

  function jobs(pass) {
    return cell(pass.jobs, () => pass.jobs.flatMap((job, i) => [
      ...(i ? [', '] : []),
      element('a', {href: '../jobs/job/?id=' + encodeURIComponent(job)}, String(job)),
    ]));
  }

  function bar(parts) {
    return element('div', {class: 'bar', 'aria-hidden': 'true'}, ...parts.map(part => {
      const made = element('span', {class: part.kind});
      made.style.width = (100 * part.share).toFixed(2) + '%';
      return made;
    }));
  }

  function progress(pass) {
    if (pass.rows < 0) {
      return text('');
    }
    const done = share(pass.done, pass.rows);
    return cell([pass.done, pass.rows], () => [
      element('div', {
        role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': pass.rows, 'aria-valuenow': pass.done,
        'aria-label': 'finished rows',
      }, bar([{kind: 'job', share: done}])),
      element('div', {}, count(pass.done) + ' of ' + count(pass.rows) + ' rows (' + percent(done) + ')'),
    ], 'progress');
  }

  function flight(pass, now) {
    const evaluating = pass.state === 'job' ? now - pass.since : 0;
    const rate = evaluating > 0 ? pass.done / evaluating : 0;
    const left = rate > 0 ? time((pass.rows - pass.done) / rate) : '–';
    return {
      key: String(pass.number),
      cells: [
        callbacks(pass), named(pass.dataset), named(pass.iteration), code(pass.version),
        text(STATES[pass.state] || pass.state), progress(pass),
        number(rate > 0 ? count(Math.round(1000 * rate)) : '–'), number(left),
        number(time(now - pass.began)), jobs(pass),
      ],
    };
  }

  function outcome(pass) {
    return cell([pass.state, pass.problem], () => [
      element('span', {class: pass.state}, STATES[pass.state] || pass.state),
      ...(pass.problem ? [element('div', {class: 'why', dir: 'auto'}, pass.problem)] : []),
    ]);
  }

  const times = (timings, phases) =>
    phases.filter(phase => timings[phase] > 0).map(phase => phase + ' ' + time(timings[phase])).join(', ') || '0 ms';

  function phases(pass) {
    const timings = pass.timings;
    if (!timings) {
      return text('');
    }
    return cell(timings, () => [
      bar(PHASES.filter(phase => timings[phase] > 0)
        .map(phase => ({kind: phase, share: share(timings[phase], timings.total)}))),
      element('div', {}, times(timings, PHASES)),
      element('div', {}, 'tasks: ' + times(timings, ['refresh', 'read', 'forward'])),
    ], 'phases');
  }

  function ended(pass) {
    return {
      key: String(pass.number),
      cells: [
        callbacks(pass), named(pass.dataset), named(pass.iteration), code(pass.version), outcome(pass),
        number(pass.state === 'succeeded' ? count(pass.rows)
          : pass.rows < 0 ? '–' : count(pass.done) + ' of ' + count(pass.rows)),
        number(time(pass.timings ? pass.timings.total : pass.since - pass.began)),
        phases(pass), number(bytes(pass.sentBytes)), number(pass.timings ? count(pass.tasks) : '–'), jobs(pass),
      ],
    };
  }

  function device(each) {
    return {
      key: each.executor + ' ' + each.device,
      kind: each.lost ? 'lost' : '',
      cells: [
        cell([each.executor, each.lost], () => [each.executor + (each.lost ? ' (ended)' : '')], '', true),
        text(each.device), number(count(each.models)), number(count(each.versions)),
        number(bytes(each.weightBytes)), number(bytes(each.batchBytes)), number(count(each.builds)),
        number(count(each.refreshes)), number(bytes(each.refreshBytes)),
      ],
    };
  }

  function dataset(each, position) {
    return {
      key: String(position),
      cells: [
        cell(each.key, () => [name(each.key)], '', true),
        number(count(each.rows)), number(count(each.batches)), number(bytes(each.bytes)),
        number(each.budget === undefined ? 'unknown' : bytes(each.budget)),
        cell([each.stored, each.rdd], () => each.stored
          ? ['yes, as ', element('a', {href: '../storage/rdd/?id=' + encodeURIComponent(each.rdd)}, 'RDD ' + each.rdd)]
          : ['no; decoded in each evaluation']),
      ],
    };
  }

  function totals(status) {
    const counters = status.counters;
    const all = [
      ['In flight', count(status.inFlight.length)],
      ['Evaluations', count(counters.evaluations)],
      ['Failed', count(counters.failedEvaluations)],
      ['Rows', count(counters.rows)],
      ['Weights sent', bytes(counters.weightBytesSent)],
      ['Refreshes', count(counters.refreshes)],
      ['Weights refreshed', bytes(counters.refreshBytes)],
      ['Newest result', counters.evaluations > 0 ? time(status.staleness) + ' old' : '–'],
    ];
    byId('totals').replaceChildren(...all.map(([term, value]) =>
      element('div', {}, element('dt', {}, term), element('dd', {}, value))));
  }

  function showStatus(status, application) {
    byId('application').textContent = application;
    document.title = 'Ostinato – ' + application;
    byId('time').textContent = 'As of ' + new Date(status.now).toLocaleTimeString('en', {hour12: false}) + '.';
    totals(status);
    show('flight', status.inFlight.map(pass => flight(pass, status.now)));
    show('ended', status.ended.map(ended));
    show('devices', status.devices.map(device));
    show('datasets', status.datasets.map(dataset));
  }

  // ---- reading

  function problem(message) {
    const place = byId('problem');
    if (place.textContent !== message) {
      place.textContent = message;
    }
    place.hidden = message === '';
  }

  const DISABLED = "Spark's metrics are not at metrics/json of this application, so there is nothing to show."
    + ' The sink "servlet" in the configuration of its metrics (spark.metrics.conf.*.sink.servlet.path or'
    + ' metrics.properties) was disabled or has another path.';

  async function read() {
    let answer;
    try {
      answer = await fetch(DATA, {cache: 'no-store'});
    } catch (unreachable) {
      problem('The application has ended or can\'t be reached. What is shown is its last known state.');
      return IDLE_MILLIS;
    }
    if (!answer.ok) {
      problem(answer.status === 404 ? DISABLED : 'The status can\'t be read: HTTP status ' + answer.status + '.');
      return IDLE_MILLIS;
    }
    try {
      const gauges = (await answer.json()).gauges || {};
      const key = Object.keys(gauges).find(each => each.endsWith(GAUGE));
      if (key === undefined) {
        problem(DISABLED);
        return IDLE_MILLIS;
      }
      const status = JSON.parse(gauges[key].value);
      showStatus(status, key.slice(0, -('.driver' + GAUGE).length));
      problem('');
      return status.inFlight.length > 0 ? BUSY_MILLIS : IDLE_MILLIS;
    } catch (unreadable) {
      problem('The status can\'t be read: ' + unreadable.message);
      return IDLE_MILLIS;
    }
  }

  async function update() {
    clearTimeout(timer);
    const pause = await read();
    clearTimeout(timer);
    if (!paused && !document.hidden) {
      timer = setTimeout(update, pause);
    }
  }

  byId('pause').addEventListener('click', () => {
    paused = !paused;
    byId('pause').setAttribute('aria-pressed', String(paused));
    update();
  });
  document.addEventListener('visibilitychange', () => document.hidden || paused || update());
  update();
})();
