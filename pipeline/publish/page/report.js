// Draws the report from the JSON in the page. Every text in it comes from strangers' manifests and configs, so it goes in
// as text nodes and checked attributes only, never as markup; the page's policy would run none of it anyway.
//
// There is no chart library: the heat map is an HTML table, because only a table is read out with its heads, walked
// by keyboard, copied into a spreadsheet and printed over several sheets. What else is drawn is one dot for each row of
// a table.
'use strict';
(() => {
  // ---- Elements and texts

  const SVG = 'http://www.w3.org/2000/svg';

  function fill(node, attributes, content) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, value === true ? '' : String(value));
      }
    }
    node.append(...content.flat(Infinity).filter((part) => part !== null && part !== undefined && part !== ''));
    return node;
  }
  const el = (tag, attributes, ...content) => fill(document.createElement(tag), attributes, content);
  const svg = (tag, attributes, ...content) => fill(document.createElementNS(SVG, tag), attributes, content);
  const hidden = (text) => el('span', {class: 'hidden'}, text);

  // What strangers wrote may run from right to left, which must not turn the rest of a line around.
  function label(text) {
    return text === '' ? el('span', {class: 'empty'}, '(empty)') : el('bdi', null, text);
  }
  // In an <option> there is no markup: the two characters isolate as <bdi> does.
  const isolated = (text) => (text === '' ? '(empty)' : `\u2068${text}\u2069`);

  const format = new Intl.NumberFormat('en', {maximumSignificantDigits: 4});
  const formatWhole = new Intl.NumberFormat('en');
  const isKnown = (value) => value !== null && value !== undefined;
  function number(value) {
    if (!isKnown(value)) {
      return '–';
    }
    return (Number.isInteger(value) ? formatWhole : format).format(value).replace('-', '\u2212');
  }
  function counted(count, one, many = `${one}s`) {
    return `${number(count)} ${count === 1 ? one : many}`;
  }
  const sentence = (text, attributes) => el('p', attributes, text);
  // Heads inside a section are one step deeper where each medium has a head of its own.
  let subhead = 'h3';
  const head = (text) => el(subhead, null, text);
  function items(texts) {
    return texts.length > 0 ? el('ul', null, texts.map((text) => el('li', null, label(text)))) : null;
  }
  function pairs(rows) {
    return el('dl', {class: 'pairs'}, rows.map(([name, value]) => [el('dt', null, name), el('dd', null, value)]));
  }

  // ---- What waits: later sections, and what is done for paper

  // A page that is half drawn must say so, or what is missing would look like nothing to tell.
  function guarded(task) {
    try {
      task();
    } catch (error) {
      const broken = document.getElementById('broken');
      broken.hidden = false;
      broken.textContent = 'This page cannot be drawn as a whole, perhaps because the file was cut short. Make it again with'
        + ' \u201cfairground report DIR\u201d. DATACARD.md and coverage.json beside it hold the same facts.';
      console.error(error);
    }
  }

  const tasks = [];
  let isDrained = false;
  function drain(until) {
    while (tasks.length > 0 && performance.now() < until) {
      guarded(tasks.shift());
    }
    if (tasks.length > 0) {
      setTimeout(() => drain(performance.now() + 12), 0);
    } else if (!isDrained) {
      isDrained = true;
      document.documentElement.dataset.drawn = 'all';
      // The place that the address names moved while the sections above it were drawn.
      const aim = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
      if (aim) {
        aim.scrollIntoView();
      }
    }
  }

  const papers = [];
  let opened = [];
  addEventListener('beforeprint', () => {
    drain(Infinity);
    papers.forEach((paper) => paper(true));
    opened = [...document.querySelectorAll('details:not([open])')];
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => {
    papers.forEach((paper) => paper(false));
    opened.forEach((details) => { details.open = false; });
  });
  const kMostCellsPrinted = 6000;

  // ---- Parts of many rows, a page of them at a time

  let ids = 0;
  const newId = (stem) => `${stem}-${++ids}`;

  /**
   * Buttons to turn pages, and a box to search where there is something to search in. `draw(indices)` shows these rows.
   * @param {{total: number, size: number, what: string, text?: function(number): string, cellsPerRow: number,
   *          draw: function(number[]): void}} options
   */
  function paged({total, size, what, text, cellsPerRow, draw}) {
    let chosen = Array.from({length: total}, (_, i) => i);
    let order = null;
    let page = 0;
    const where = el('p', {role: 'status'});
    const previous = el('button', {type: 'button'}, 'Previous');
    const next = el('button', {type: 'button'}, 'Next');
    const printed = el('p', {class: 'print-only small'});
    let search = null;
    let query = '';

    function show() {
      const first = page * size;
      const shown = chosen.slice(first, first + size);
      draw(shown);
      where.textContent = chosen.length === 0 ? `No ${what} of ${number(total)}`
        : `${number(first + 1)}–${number(first + shown.length)} of ${counted(chosen.length, what)}`
          + (chosen.length < total ? `, out of ${number(total)}` : '');
      previous.disabled = page === 0;
      next.disabled = first + size >= chosen.length;
    }
    function choose() {
      chosen = Array.from({length: total}, (_, i) => i);
      if (query !== '') {
        chosen = chosen.filter((i) => text(i).toLowerCase().includes(query));
      }
      if (order) {
        chosen.sort((a, b) => order(a, b) || a - b);
      }
      page = 0;
      show();
    }
    previous.addEventListener('click', () => { page -= 1; show(); });
    next.addEventListener('click', () => { page += 1; show(); });

    if (text && total > size) {
      search = el('input', {type: 'search', autocomplete: 'off', spellcheck: 'false'});
      search.addEventListener('input', () => { query = search.value.trim().toLowerCase(); choose(); });
    }
    papers.push((isPaper) => {
      const fits = chosen.length * cellsPerRow <= kMostCellsPrinted;
      if (isPaper && fits) {
        draw(chosen);
      } else if (!isPaper) {
        show();
      }
      printed.textContent = chosen.length <= size || (isPaper && fits) ? ''
        : `Printed here: ${where.textContent}. The page on the screen and the files beside it have all.`;
    });
    show();
    const needsPages = total > size;
    return {
      search: search && el('label', null, el('span', null, `Find a ${what}`), search),
      pager: needsPages ? el('div', {class: 'pager'}, where, previous, next) : null,
      printed,
      show,
      sort: (compare) => { order = compare; choose(); },
    };
  }

  /** The box in which a table scrolls; it can be scrolled by keyboard and is named after what it holds. */
  const box = (name, table) => el('div', {class: 'box', role: 'region', tabindex: '0', 'aria-label': name}, table);
  const captionOf = (text) => el('caption', null, el('span', null, text));

  /**
   * A table whose first column names its rows.
   * @param {{caption: string, heads: (string|{text?: string, number?: boolean, node?: Node, class?: string})[],
   *          rows: number, row: function(number): any[], size?: number, what?: string,
   *          text?: function(number): string, controls?: Node}} options
   * @return {{node: Node, redraw: function(string): void}} the latter with another caption
   */
  function changingTable({caption, heads, rows, row, size = 50, what = 'row', text, controls: more}) {
    const columns = heads.map((head) => (typeof head === 'string' ? {text: head} : head));
    const classOf = (column) => [column.number ? 'number' : '', column.class || ''].join(' ').trim() || null;
    const body = el('tbody');
    const title = captionOf(caption);
    const table = el('table', null, title,
      el('thead', null, el('tr', null, columns.map((column) =>
        el('th', {scope: 'col', class: classOf(column)}, column.text, column.node)))), body);
    const pages = paged({
      total: rows, size, what, text, cellsPerRow: columns.length,
      draw: (indices) => body.replaceChildren(...indices.map((i) => {
        const cells = row(i);
        return el('tr', null, cells.map((cell, c) => {
          const content = typeof cell === 'number' || cell === null || cell === undefined ? number(cell) : cell;
          return c === 0 ? el('th', {scope: 'row'}, content) : el('td', {class: classOf(columns[c])}, content);
        }));
      })),
    });
    const frame = box(caption, table);
    return {
      node: el('div', null, pages.search || more ? el('div', {class: 'controls'}, more, pages.search) : null, frame, pages.pager,
        pages.printed),
      redraw(text) {
        title.firstChild.textContent = text;
        frame.setAttribute('aria-label', text);
        pages.show();
      },
    };
  }
  const tableOf = (options) => changingTable(options).node;

  /** A `<select>` with its name above it. */
  function choice(name, options, onChange) {
    const select = el('select', null, options.map(([value, text]) => el('option', {value}, text)));
    select.addEventListener('change', () => onChange(select.value));
    return {node: el('label', null, el('span', null, name), select), select};
  }

  function radios(name, options, chosen, onChange) {
    const group = newId('radio');
    return el('fieldset', null, el('legend', null, name), options.map(([value, text]) => {
      const input = el('input', {type: 'radio', name: group, value, checked: value === chosen});
      input.addEventListener('change', () => onChange(value));
      return el('label', null, input, text);
    }));
  }

  // ---- Names of groups and conditions

  function groupName(m, g) {
    const group = m.groups[g];
    return group ? group.name : '';
  }
  const groupNode = (m, g) => label(groupName(m, g));
  const clamped = (...content) => el('span', {class: 'clamp'}, content);
  const conditionName = (m, c) => (m.conditions[c] ? m.conditions[c].name : '');
  function conditionLevels(m, c) {
    return m.conditions[c].levels.map((level, a) => `${m.axes[a] ? m.axes[a].name : ''} = ${level}`).join(', ');
  }
  function saysOf(m, axis, level) {
    const found = m.axes[axis] && m.axes[axis].levels.find((one) => one.name === level);
    return found ? found.says : '';
  }
  const groupColumns = (m) => m.group_columns.join(' / ');

  function leftOut(m) {
    const parts = [];
    if (m.groups_shown < m.groups_total) {
      parts.push(`${number(m.groups_shown)} of ${counted(m.groups_total, 'group')}`);
    }
    if (m.conditions_shown < m.conditions_total) {
      parts.push(`${number(m.conditions_shown)} of ${counted(m.conditions_total, 'condition')}`);
    }
    return parts.length > 0
      ? sentence(`This page shows ${parts.join(' and ')}; coverage.json has all of them.`, {class: 'callout'}) : null;
  }

  // ---- 1. What this set is

  const kCardRows = [['purpose', 'Purpose'], ['limits', 'Limits'], ['licence', 'Licence'], ['creator', 'Made by'],
    ['contact', 'Contact'], ['url', 'Address'], ['version', 'Version'], ['citation', 'To be cited as']];

  const kLimitsAtOnce = 12;
  function about(data) {
    const section = document.getElementById('about');
    const card = data.card || {};
    const count = data.counts;
    document.getElementById('made').textContent = [data.tool, data.date].filter(Boolean).join(', ');
    section.append(...[
      card.description ? sentence(label(card.description)) : null,
      // One after the other, since a sentence may say `they` of the one before.
      sentence((data.summary || []).map((text) => [label(text), ' '])),
      el('dl', {class: 'figures'}, [['planned', 'variants planned'], ['written', 'written'], ['rejected', 'rejected'],
        ['failed', 'failed']].map(([id, text]) =>
        el('div', null, el('dt', null, text), el('dd', null, number(count[id]))))),
      (data.cannot_show || []).length > 0
        ? el('div', {class: 'callout'}, el('h3', null, 'What it cannot show'), items(data.cannot_show.slice(0, kLimitsAtOnce)),
          data.cannot_show.length > kLimitsAtOnce ? el('details', null,
            el('summary', null, `${counted(data.cannot_show.length - kLimitsAtOnce, 'more limit')}`), items(data.cannot_show.slice(kLimitsAtOnce))) : null) : null,
      data.media.map((m) => {
        // Some of them are told above, as the beginning or the end of a sentence.
        const told = (data.cannot_show || []).join('\n').toLowerCase();
        const notes = (m.notes || []).filter((note) => !told.includes(note.toLowerCase()));
        return notes.length > 0 ? [el('h3', null, `Notes on ${m.title.toLowerCase()}`), items(notes)] : null;
      }),
      kCardRows.some(([id]) => card[id])
        ? [el('h3', null, 'In the words of whoever made it'),
          pairs(kCardRows.filter(([id]) => card[id]).map(([id, name]) => [name,
            id === 'url' && /^https?:\/\//.test(card.url) ? el('a', {href: card.url, rel: 'noreferrer'}, card.url)
              : label(card[id])]))] : null,
    ].flat(Infinity).filter(Boolean));
  }

  // ---- 2. Coverage

  const kSteps = 6;
  /** The upper ends of the heat map's steps: each of a fixed ratio to the one before, or one number each. */
  function stepsUpTo(most) {
    const ends = [];
    for (let k = 1; k <= kSteps; ++k) {
      const end = most <= kSteps ? k : Math.round(most ** (k / kSteps));
      if (end <= most && end > (ends.length > 0 ? ends[ends.length - 1] : 0)) {
        ends.push(end);
      }
    }
    return ends;
  }
  // A short scale uses the whole range of shades, too.
  function shadeOf(ends, value) {
    const step = ends.findIndex((end) => value <= end);
    return ends.length === 1 ? 4 : 1 + Math.round((step * (kSteps - 1)) / (ends.length - 1));
  }

  const kKinds = [
    {id: 'observed', shade: 'o', text: 'observed'},
    {id: 'recorded', shade: 'o', text: 'recorded there'},
    {id: 'synthesised', shade: 's', text: 'synthesised'},
  ];

  /** Whether a group is short in a condition: what was observed and what was made are not added up, one must do. */
  function isShort(m, index) {
    const sources = Math.max(1, m.at_least.sources);
    return !kKinds.some(({id}) => {
      const cell = m.heat[id] && m.heat[id][index];
      return cell && cell[0] >= sources && (cell[1] || 0) >= m.at_least.subjects;
    });
  }

  function coverage(m) {
    const kinds = kKinds.filter(({id}) => m.heat[id]);
    const C = m.conditions_shown;
    const state = {unit: 0, shown: 'all'};
    const unitName = () => (state.unit === 0 ? 'sources' : 'subjects');
    const visibleKinds = () => kinds.filter(({id}) => state.shown === 'all' || (state.shown === 'synthesised') === (id === 'synthesised'));

    let ends = [];
    function rescale() {
      let most = 1;
      for (const {id} of kinds) {
        for (const cell of m.heat[id]) {
          most = Math.max(most, cell[state.unit] || 0);
        }
      }
      for (const group of m.groups) {
        most = Math.max(most, (state.unit === 0 ? group.sources : group.subjects) || 0);
      }
      ends = stepsUpTo(most);
    }

    // The head: an axis a row while that can be read, else the conditions' numbers.
    const byAxis = m.axes.length <= 3 && m.axes.length > 0;
    const headRows = byAxis ? m.axes.length : 1;
    function headCells(axis) {
      const cells = [];
      for (let c = 0; c < C; ++c) {
        const levels = m.conditions[c].levels;
        const like = (other) => other >= 0 && levels.slice(0, axis + 1).every((one, a) => one === m.conditions[other].levels[a]);
        const isLast = axis === m.axes.length - 1;
        if (!isLast && c > 0 && like(c - 1)) {
          continue;
        }
        let span = 1;
        while (!isLast && c + span < C && like(c + span)) {
          ++span;
        }
        cells.push(el('th', {scope: span > 1 ? 'colgroup' : 'col', colspan: span > 1 ? span : null,
          class: isLast && span === 1 ? 'number' : 'axis-group'}, clamped(label(levels[axis]))));
      }
      return cells;
    }
    const corner = (text) => el('th', {class: 'corner', colspan: 2, scope: 'row'}, text);
    const before = () => el('th', {scope: 'col', rowspan: headRows, class: 'number'}, 'before');
    const tableHead = el('thead', null, byAxis
      ? m.axes.map((axis, a) => el('tr', null, corner(label(axis.name)), a === 0 ? before() : null, headCells(a)))
      : el('tr', null, corner('condition'), before(), m.conditions.slice(0, C).map((condition, c) =>
        el('th', {scope: 'col', class: 'number'}, number(c + 1), hidden(`: ${condition.name}`)))));

    const table = el('table', {class: 'heat'});
    const caption = captionOf('');
    const detail = el('p', {class: 'detail'});
    const kHint = 'Point at a number, or go to it with the arrow keys, to read what it counts.';

    // Index of condition, −1 for the manifest, of each cell, so that no cell needs a listener.
    const placeOf = new WeakMap();

    function cell(g, c, kind) {
      const value = c < 0
        ? (kind.id === 'observed' ? [m.groups[g].sources, m.groups[g].subjects][state.unit] : 0)
        : m.heat[kind.id][g * C + c][state.unit];
      const short = c >= 0 && isShort(m, g * C + c);
      const shade = !value ? (value === 0 ? 'zero' : '') : kind.shade + shadeOf(ends, value);
      const isMeaningless = c < 0 && kind.id !== 'observed';
      const td = el('td', {class: `number ${isMeaningless ? '' : shade}${short ? ' short' : ''}`, tabindex: '-1'},
        isMeaningless ? hidden('nothing') : number(value), isKnown(value) ? null : hidden('not known'),
        short ? hidden(', too few') : null);
      placeOf.set(td, [g, c]);
      return td;
    }

    function draw(indices) {
      rescale();
      const shown = visibleKinds();
      caption.firstChild.textContent = `${m.title}: how many ${unitName()} each group${groupColumns(m) ? ` (${groupColumns(m)})` : ''} has in the`
        + ' manifest, before, and in each condition of the set, after. Observed and synthesised are never added up.';
      table.replaceChildren(caption, tableHead, ...indices.map((g) => el('tbody', null, shown.map((kind, k) => el('tr', null,
        k === 0 ? el('th', {class: 'group', scope: 'rowgroup', rowspan: shown.length}, clamped(groupNode(m, g))) : null,
        el('th', {class: 'kind', scope: 'row'}, kind.text),
        Array.from({length: C + 1}, (_, c) => cell(g, c - 1, kind)))))));
      const first = table.querySelector('td');
      if (first) {
        first.tabIndex = 0;
      }
      detail.replaceChildren(kHint);
      drawScale();
    }

    function describe(td) {
      const [g, c] = placeOf.get(td);
      const group = m.groups[g];
      const counts = (of) => `${counted(of[0], 'source')}, ${isKnown(of[1]) ? counted(of[1], 'subject') : 'subjects not known'}`;
      const lines = [el('span', {class: 'clamp'}, el('b', null, label(group.name)), group.unlabelled ? ' (a label is missing)' : '',
        c < 0 ? ', in the manifest' : [', ', el('b', null, label(conditionName(m, c)))])];
      if (c < 0) {
        lines.push(`observed: ${counts([group.sources, group.subjects])}`
          + (group.sources_without_subject ? `, of ${counted(group.sources_without_subject, 'source')} the subject is not known` : '')
          + `; taking part: ${counts([group.taking_part.sources, group.taking_part.subjects])}`);
        if ((group.realizations_missing || []).length > 0) {
          lines.push(`never meets ${group.realizations_missing.length === 1 ? 'realization' : 'realizations'} ${group.realizations_missing.join(', ')}`);
        }
      } else {
        lines.push(kinds.map(({id, text}) => `${text}: ${counts(m.heat[id][g * C + c])}`).join('; '));
        lines.push(label(m.conditions[c].levels.map((level, a) => {
          const says = saysOf(m, a, level);
          return `${m.axes[a].name} ${level}${says ? ` (${says})` : ''}`;
        }).join('; ')));
        if (isShort(m, g * C + c)) {
          lines.push('an open gap: too few, whether observed or synthesised');
        }
      }
      detail.replaceChildren(...lines.flatMap((line, i) => (i < 2 ? [line] : [el('br'), line])));
    }

    // The browser tells of a mouse that stands still while the keyboard scrolls the table under it; only one that moves counts.
    let pointer = '';
    table.addEventListener('mousemove', (event) => {
      const at = `${event.screenX} ${event.screenY}`;
      const td = event.target.closest('td');
      if (at !== pointer && td) {
        describe(td);
      }
      pointer = at;
    });
    table.addEventListener('focusin', (event) => {
      const td = event.target.closest('td');
      if (td) {
        table.querySelectorAll('td[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
        td.tabIndex = 0;
        describe(td);
      }
    });
    table.addEventListener('keydown', (event) => {
      const td = event.target.closest('td');
      if (!td || event.altKey || event.metaKey) {
        return;
      }
      const rows = [...table.querySelectorAll('tbody tr')];
      const line = [...td.parentNode.querySelectorAll('td')];
      let r = rows.indexOf(td.parentNode);
      let c = line.indexOf(td);
      switch (event.key) {
        case 'ArrowLeft': c -= 1; break;
        case 'ArrowRight': c += 1; break;
        case 'ArrowUp': r -= 1; break;
        case 'ArrowDown': r += 1; break;
        case 'PageUp': r -= 10; break;
        case 'PageDown': r += 10; break;
        case 'Home': c = 0; r = event.ctrlKey ? 0 : r; break;
        case 'End': c = line.length - 1; r = event.ctrlKey ? rows.length - 1 : r; break;
        default: return;
      }
      event.preventDefault();
      const target = rows[Math.min(Math.max(r, 0), rows.length - 1)].querySelectorAll('td')[Math.min(Math.max(c, 0), line.length - 1)];
      target.focus({preventScroll: true});
      bringIntoView(target);
    });

    const frame = box(`Heat map of ${m.title.toLowerCase()}`, table);
    // The sticky heads cover a part of the box, which the browser's own scrolling does not know.
    function bringIntoView(td) {
      frame.style.scrollPadding = `${tableHead.getBoundingClientRect().height}px 0 0 `
        + `${td.closest('tbody').querySelector('th.group').getBoundingClientRect().width}px`;
      td.scrollIntoView({block: 'nearest', inline: 'nearest'});
    }

    const scale = el('ul', {class: 'scale', 'aria-label': 'Shades of the heat map'});
    function drawScale() {
      const range = (k) => {
        const low = k === 0 ? 1 : ends[k - 1] + 1;
        return low === ends[k] ? number(low) : `${number(low)}–${number(ends[k])}`;
      };
      const row = (shade, name) => el('li', null, el('b', null, name), ends.map((end, k) =>
        el('i', {class: shade + shadeOf(ends, end)}, range(k))));
      const asked = [m.at_least.sources > 0 ? counted(m.at_least.sources, 'source') : null,
        m.at_least.subjects > 0 ? counted(m.at_least.subjects, 'subject') : null].filter(Boolean);
      scale.replaceChildren(...[
        row('o', m.heat.recorded ? 'observed, recorded there' : 'observed'), row('s', 'synthesised'),
        el('li', null, el('i', {class: 'short', 'aria-hidden': 'true'}, '0'), hidden('Marked as too few: '),
          `\u2002below ${asked.length > 0 ? asked.join(' and ') : '1 source'}, an open gap`),
      ]);
    }

    const pages = paged({
      total: m.groups_shown, size: Math.max(10, Math.min(50, Math.floor(800 / (C + 1)))), what: 'group', text: (g) => groupName(m, g),
      cellsPerRow: (C + 1) * kinds.length, draw,
    });
    const orders = {
      manifest: null,
      gaps: (a, b) => m.groups[b].open_gaps.conditions - m.groups[a].open_gaps.conditions,
      few: (a, b) => m.groups[a].sources - m.groups[b].sources,
      many: (a, b) => m.groups[b].sources - m.groups[a].sources,
    };
    return [
      leftOut(m),
      el('div', {class: 'controls'},
        radios('Count', [['0', 'sources'], ['1', 'subjects']], '0', (value) => { state.unit = Number(value); pages.show(); }),
        radios('Show', [['all', 'both'], ['observed', 'observed'], ['synthesised', 'synthesised']], 'all',
          (value) => { state.shown = value; pages.show(); }),
        choice('Order of groups', [['manifest', 'as in the plan'], ['gaps', 'most open gaps first'],
          ['few', 'fewest sources first'], ['many', 'most sources first']], (value) => pages.sort(orders[value])).node,
        pages.search),
      scale, frame, detail, pages.pager, pages.printed,
      byAxis ? null : el('details', null, el('summary', null, 'The conditions by number'), tableOf({
        caption: `${m.title}: the conditions by number`, heads: ['number', 'name', 'levels'], rows: C, what: 'condition',
        text: (c) => conditionLevels(m, c), row: (c) => [String(c + 1), label(conditionName(m, c)), label(conditionLevels(m, c))],
      })),
    ];
  }

  // ---- 3. Open gaps

  function gaps(m) {
    const {collect, collect_total: collectTotal, label: unlabelled, label_total: labelTotal, label_sources: labelSources, extends: inAnother, left, ruled_out: ruled, absent, filled} = m.gaps;
    return [
      collect.length > 0
        ? el('div', {class: 'callout'}, head('To be collected'),
          sentence(`${counted(collectTotal ?? collect.length, 'group has', 'groups have')} too few people or sources. Variants of the same`
            + ' people cannot close such a gap; only new recordings or pictures can.'.replace('recordings or pictures',
              m.medium === 'image' ? 'pictures' : 'recordings')),
          tableOf({
            caption: `${m.title}: what would have to be collected${shownOf(collect.length, collectTotal, 'group')}`, rows: collect.length, size: 15, what: 'group',
            heads: [groupColumns(m), {text: 'sources to collect', number: true}, {text: 'subjects to collect', number: true}],
            text: (i) => groupName(m, collect[i].group),
            row: (i) => [clamped(groupNode(m, collect[i].group)), collect[i].sources, collect[i].subjects],
          }))
        : sentence('Nothing has to be collected to reach what the config asks for.'),
      (labelTotal ?? unlabelled.length) > 0
        ? el('div', null, head('To be labelled'),
          sentence(`${isKnown(labelSources) ? counted(labelSources, 'source') : 'Sources'} without a label of their group. They are`
            + ' carried as they are and stand for nobody.'),
          tableOf({
            caption: `${m.title}: sources to be labelled${shownOf(unlabelled.length, labelTotal, 'group')}`, rows: unlabelled.length, size: 15, what: 'group',
            heads: [groupColumns(m), {text: 'sources', number: true}], text: (i) => groupName(m, unlabelled[i].group),
            row: (i) => [clamped(groupNode(m, unlabelled[i].group)), unlabelled[i].sources],
          })) : null,
      head('The other kinds'),
      pairs([
        ['Held by the conditions', `${counted(filled.combinations, 'combination')} of levels`
          + (isKnown(filled.demanded) ? `, of ${number(filled.demanded)} asked for` : '')],
        [inAnother ? 'Not in this folder: in the set that it extends, or left by a budget' : 'Left by the budget', [left.combinations === 0 ? 'none' : counted(left.combinations, 'combination'),
          firstOf(left.first, left.combinations)]],
        ['Ruled out by the config', [ruled.combinations === 0 ? 'none' : counted(ruled.combinations, 'combination'),
          firstOf(ruled.rules, ruled.rules_total ?? 0)]],
        ['Groups of which there is nobody', [absent.total === 0 ? 'none' : number(absent.total), firstOf(absent.first, absent.total)]],
      ]),
    ];
  }
  /** What a caption says where it has not all. */
  function shownOf(shown, total, what) {
    return isKnown(total) && shown < total ? `; ${number(shown)} of ${counted(total, what)}` : '';
  }
  function firstOf(first, total) {
    return (first || []).length === 0 ? null
      : [items(first), total > first.length ? el('span', {class: 'soft'}, `and ${number(total - first.length)} more`) : null];
  }

  // ---- 4. Balance

  function balance(m) {
    const b = m.balance;
    if (!b || m.conditions.length === 0) {
      return [sentence('Nothing was compared.')];
    }
    const nameOf = (quantity) => `${quantity.name}${quantity.unit ? `, ${quantity.unit}` : ''}${quantity.is_ratio ? '*' : ''}`;
    const G = m.groups_shown;
    let condition = 0;
    const meanAndSpread = (stat) => (stat ? [number(stat[0]), ' ', el('span', {class: 'sd'}, '(', number(stat[1]), ')')] : '–');
    const caption = () => `${m.title}, ${conditionName(m, condition)}: means, and standard deviations in brackets, of what was measured`
      + (b.quantities.some((quantity) => quantity.is_ratio) ? '; * geometric means, and deviations in octaves' : '');
    const firstConditions = m.conditions.slice(0, b.cells.length);
    const measured = changingTable({
      caption: caption(), rows: G, size: 30, what: 'group', text: (g) => groupName(m, g),
      controls: firstConditions.length > 1 ? choice('Condition', firstConditions.map((one, c) => [c, isolated(one.name)]), (value) => {
        condition = Number(value);
        measured.redraw(caption());
      }).node : null,
      heads: [groupColumns(m), {text: 'variants', number: true}, {text: 'subjects', number: true},
        {text: 'of each realization', number: true}, ...b.quantities.map((quantity) => ({text: nameOf(quantity), number: true}))],
      row: (g) => {
        const cell = (b.cells[condition] || [])[g];
        return [clamped(groupNode(m, g)), cell ? cell.n : 0, cell ? cell.subjects : null, cell ? dealt(cell.realizations) : '–',
          ...b.quantities.map((_, q) => (cell ? meanAndSpread(cell.stats[q]) : '–'))];
      },
    });
    function dealt(realizations) {
      if (!realizations || realizations.length === 0) {
        return '–';
      }
      return realizations.length <= 8 ? realizations.map(number).join(' ')
        : `${number(Math.min(...realizations))}–${number(Math.max(...realizations))} in ${number(realizations.length)}`;
    }
    return [
      b.note ? sentence(label(b.note)) : null,
      head('Standardised differences'),
      sentence(b.compared === 0 ? 'There was nothing to compare.'
        : `${counted(b.compared, 'comparison')}, of which ${number(b.above)} ${b.above === 1 ? 'lies' : 'lie'} above`
          + ` ${number(b.limit)}: there, groups differ in something besides their labels.`
          + (isKnown(b.beyond_chance) ? ` ${number(b.beyond_chance)} of these ${b.beyond_chance === 1 ? 'is' : 'are'} beyond what chance`
            + ' makes of so few sources; these come first.' : '')
          + (b.untold ? ` ${number(b.untold)} could not be told, for want of sources.` : '')
          + (b.differences.length < (b.differences_total ?? 0)
            ? ` Of ${counted(b.differences_total, 'pair of groups', 'pairs of groups')} and quantities above it, the first ${number(b.differences.length)} are shown.` : '')),
      b.differences.length > 0 ? differencesOf(m, b) : null,
      head('What was measured, by group'),
      b.cells.length < m.conditions_shown
        ? sentence(`Of ${counted(m.conditions_shown, 'condition')} the first ${number(b.cells.length)} are told here.`, {class: 'small'}) : null,
      measured.node,
    ];
  }

  // Groups that differ by two standard deviations hardly overlap; how much further apart they are tells nothing more, and
  // would leave no room for the smaller ones.
  const kWidest = 2;

  // A dot for each difference, in its row of the table, on one scale: the numbers stay where a reader looks for them.
  function differencesOf(m, b) {
    const largest = Math.max(...b.differences.map((one) => Math.abs(one.value)));
    const most = Math.min(Math.max(b.limit * 2, largest), Math.max(kWidest, b.limit * 2));
    const percent = (value) => `${((Math.min(Math.abs(value), most) / most) * 92 + 3).toFixed(2)}%`;
    const line = (attributes, from, to, y1, y2) => svg('line', {...attributes, x1: percent(from), x2: percent(to), y1, y2});
    const ticks = [0, b.limit, most].filter((value, i) => (i > 0 || b.limit > most * 0.12) && (i !== 1 || b.limit < most * 0.8)).map((value) =>
      svg('text', {x: percent(value), y: '1.2em', 'text-anchor': value === 0 ? 'end' : 'middle'}, number(Number(value.toPrecision(2)))));
    function mark(value) {
      // A nested <svg> has a place in per cent, which a path has not.
      return Math.abs(value) <= most ? svg('circle', {cx: percent(value), cy: '50%', r: 4.5})
        : svg('svg', {class: 'mark', x: percent(value), y: '50%'}, svg('path', {d: 'M-5 -5.5 L6 0 L-5 5.5 Z'}));
    }
    return tableOf({
      caption: `${m.title}: the standardised differences above the limit; the dashed line is ${number(b.limit)}`
        + (largest > most ? `, and arrows are above ${number(most)}` : ''),
      rows: b.differences.length, size: 15, what: 'difference',
      text: (i) => `${groupName(m, b.differences[i].first)} ${isKnown(b.differences[i].second) ? groupName(m, b.differences[i].second) : ''}`,
      heads: ['what', 'condition', 'group', 'against', 'beyond chance', {text: 'difference', number: true}, {node: [hidden('its size, drawn'),
        svg('svg', {class: 'ticks', 'aria-hidden': 'true', focusable: 'false'}, ticks)], class: 'plot'}],
      row: (i) => {
        const it = b.differences[i];
        const others = (it.conditions || 1) - 1;
        return [b.quantities[it.quantity].name, isKnown(it.condition)
          ? clamped(label(conditionName(m, it.condition)), others > 0 ? ` and ${number(others)} more` : null) : 'all',
          clamped(label(groupName(m, it.first))),
          isKnown(it.second) ? clamped(label(groupName(m, it.second))) : 'all others',
          it.beyond_chance === false ? 'no' : 'yes', it.value,
          svg('svg', {'aria-hidden': 'true', focusable: 'false'}, line({}, 0, 0, 0, '100%'),
            line({class: 'limit'}, b.limit, b.limit, 0, '100%'), line({class: 'stem'}, 0, it.value, '50%', '50%'), mark(it.value))];
      },
    });
  }

  // ---- 5. Losses

  function losses(m) {
    const {by_reason: reasons, by_group: groups, warnings} = m.losses;
    if (reasons.length === 0) {
      return [sentence('No variant was lost.'), items(warnings || [])];
    }
    const share = (group) => (group.planned > 0 ? (100 * (group.rejected + group.failed)) / group.planned : null);
    const order = groups.map((_, g) => g).sort((a, b) => (share(groups[b]) || 0) - (share(groups[a]) || 0) || a - b);
    const often = (group) => (group.reasons.length === 0 ? '–'
      : group.reasons.map(([reason, count]) => el('div', null, `${number(count)}: `, label(reasons[reason].gate || reasons[reason].reason))));
    return [
      (warnings || []).length > 0 ? el('div', {class: 'callout'}, items(warnings)) : null,
      tableOf({
        caption: `${m.title}: why variants were lost`, rows: reasons.length, what: 'reason',
        heads: ['reason', 'kind', 'stage', 'gate', {text: 'variants', number: true}],
        text: (i) => reasons[i].reason,
        row: (i) => [el('div', {class: 'long'}, reasons[i].gate ? 'the first: ' : null, label(reasons[i].reason)), reasons[i].kind, reasons[i].stage, reasons[i].gate || '–', reasons[i].count],
      }),
      m.losses.other_reasons ? sentence(`${counted(m.losses.other_reasons, 'variant')} more were lost for other reasons; failures.jsonl has all.`,
        {class: 'small'}) : null,
      tableOf({
        caption: `${m.title}: what each group lost, the largest share first`, rows: order.length, size: 30, what: 'group',
        heads: [groupColumns(m), {text: 'planned', number: true}, {text: 'written', number: true},
          {text: 'rejected', number: true}, {text: 'failed', number: true}, {text: 'lost, %', number: true}, 'most often'],
        text: (i) => groupName(m, order[i]),
        row: (i) => {
          const group = groups[order[i]];
          return [clamped(groupNode(m, order[i])), group.planned, group.written, group.rejected, group.failed, share(group), often(group)];
        },
      }),
    ];
  }

  // ---- 6. Measured against requested

  function requests(m) {
    const {rows, rows_total: rowsTotal, note} = m.requests;
    const wanted = (range) => (range[0] === range[1] ? number(range[0]) : `${number(range[0])} to ${number(range[1])}`);
    return [
      rows.length === 0 ? sentence('No file has a measurement that answers what a level asked for.') : tableOf({
        caption: `${m.title}: what was asked for, and what was measured in the variants${shownOf(rows.length, rowsTotal, 'row')}`,
        rows: rows.length, size: 30, what: 'request',
        heads: ['level', 'augmenter', 'quantity', {text: 'requested', number: true}, {text: 'variants', number: true},
          {text: 'measured: mean', number: true}, {text: 'least', number: true}, {text: 'most', number: true},
          {text: 'error: mean', number: true}, {text: 'largest', number: true}],
        text: (i) => `${rows[i].level} ${rows[i].augmenter}`,
        row: (i) => {
          const it = rows[i];
          const axis = isKnown(it.axis) && m.axes[it.axis] ? m.axes[it.axis].name : null;
          return [clamped(axis !== null ? [label(axis), ': '] : null, label(it.level),
            isKnown(it.condition) ? [', in ', label(conditionName(m, it.condition))] : null),
          el('code', null, it.augmenter), `${it.quantity}${it.unit ? `, ${it.unit}` : ''}`, wanted(it.requested), it.n,
          it.measured ? it.measured.mean : null, it.measured ? it.measured.min : null, it.measured ? it.measured.max : null,
          it.error ? it.error.mean : null, it.error ? it.error.max_abs : null];
        },
      }),
      note ? sentence(label(note)) : null,
      m.skin ? el('div', null, head('Skin tone'), (m.skin.statement || []).map((text) => sentence(label(text))),
        (m.skin.warnings || []).length > 0 ? el('div', {class: 'callout'}, items(m.skin.warnings)) : null,
        items(m.skin.findings || [])) : null,
    ];
  }

  // ---- 7. Power

  const kAssumed = {
    baseline_error: ['Errors in the clean references of every group', (v) => `${number(100 * v)} %`],
    degradation: ['In the better group, the condition multiplies them by', number],
    units: ['Units (words, pictures) in a source', number],
    subject_sd: ['Standard deviation of the log rate between people', number],
    source_sd: ['The same between sources', number],
    interaction_sd: ['The same of a person in a condition', number],
    alpha: ['Alpha, shared by all pairs', number],
    power: ['Power', (v) => `${number(100 * v)} %`],
  };

  function power(m) {
    const p = m.power;
    const assumed = Object.entries(p.assumed || {}).map(([name, value]) => {
      const [text, show] = kAssumed[name] || [name, (v) => (typeof v === 'number' ? number(v) : label(JSON.stringify(v)))];
      return [text, show(value)];
    });
    const order = p.pairs.map((_, i) => i).sort((a, b) =>
      (p.pairs[a].smallest_difference ?? Infinity) - (p.pairs[b].smallest_difference ?? Infinity) || a - b || 0);
    return [
      p.not_told ? sentence(['Cannot be told: ', label(p.not_told)]) : null,
      p.not_told || p.pairs.length === 0 ? null : [
        sentence(`The smallest difference in degradation that a test of each pair of groups would find. In ${number(p.n_too_small)}`
          + ` of ${counted(p.pairs_told ?? p.pairs_total, 'pair')} there are too few people to find any. More people lower these figures, more`
          + ' variants of the same people do not; and what is not found may still be there.'),
        tableOf({
          caption: `${m.title}: what could be found between two groups, the smallest differences first`
            + shownOf(p.pairs.length, p.pairs_total, 'pair'),
          rows: order.length, size: 15, what: 'pair',
          heads: ['group', 'against', {text: 'smallest difference, points of error', number: true},
            {text: 'the worse group\u2019s errors grow by', number: true}, {text: 'subjects needed in each', number: true}, {text: 'note', class: 'note'}],
          text: (i) => `${groupName(m, p.pairs[order[i]].first)} ${groupName(m, p.pairs[order[i]].second)}`,
          row: (i) => {
            const it = p.pairs[order[i]];
            return [clamped(label(groupName(m, it.first))), clamped(label(groupName(m, it.second))),
              isKnown(it.smallest_difference) ? 100 * it.smallest_difference : 'n too small',
              isKnown(it.worse_degradation) ? `× ${number(it.worse_degradation)}` : '–', it.subjects_needed, it.note ? label(it.note) : ''];
          },
        })],
      assumed.length > 0 ? el('details', null, el('summary', null, 'What was assumed, and not measured'), pairs(assumed)) : null,
    ];
  }

  // ---- 8. Controls

  function controls(m) {
    const c = m.controls;
    if (!c) {
      return [sentence(`The ${m.title.toLowerCase()} have no controls. With \u201ccontrols\u201d in the config, a set carries`
        + ' variants with every effect at zero, and exact repeats, which show how often a test is alarmed by nothing.')];
    }
    const kinds = [['identity', 'identity variants'], ['repeat', 'repeats']];
    return [
      sentence([c.identity && c.identity.n > 0 ? `${counted(c.identity.n, 'identity variant')} in ${counted(c.identity.conditions, 'condition')}. ` : '',
        c.repeat ? `${counted(c.repeat.n, 'repeat')}, of which ${number(c.repeat.same_bytes)} have the same bytes as their original.` : '']),
      c.note ? sentence(label(c.note)) : null,
      kinds.filter(([id]) => c.by_group.some((row) => row[id] && row[id].some(isKnown))).map(([id, name]) => tableOf({
        caption: `${m.title}: how far ${name} are from what they repeat`, rows: c.by_group.length, size: 30, what: 'group',
        heads: [groupColumns(m), ...c.quantities.flatMap((quantity) => [
          {text: `${quantity.name}${quantity.unit ? `, ${quantity.unit}` : ''}: variants`, number: true},
          {text: 'mean difference', number: true}, {text: 'largest', number: true}])],
        text: (i) => groupName(m, c.by_group[i].group),
        row: (i) => [clamped(groupNode(m, c.by_group[i].group)), ...c.quantities.flatMap((_, q) => {
          const it = c.by_group[i][id] && c.by_group[i][id][q];
          return it ? [it.n, it.mean_difference, it.max_abs] : ['–', '–', '–'];
        })],
      })),
    ];
  }

  // ---- 9. Gallery

  /** The address of a file of the set: a name may hold `#`, `%` or a colon, and must stay a name. */
  function addressOf(path) {
    return path.split('/').map((part) => (part === '..' ? '' : encodeURIComponent(part))).join('/');
  }
  const kPicture = /^data:image\/(webp|png|jpeg);base64,[A-Za-z0-9+/=]*$/;
  /** The picture of that number, where it is one. */
  function inlined(m, index) {
    const picture = isKnown(index) ? (m.gallery.pictures || [])[index] : null;
    return picture && kPicture.test(picture) ? picture : null;
  }

  function media(tag, attributes, file) {
    const node = el(tag, attributes);
    node.addEventListener('error', () => {
      node.replaceWith(el('p', {class: 'small'}, 'Cannot be opened: ', label(file), '. The report must lie in the folder of its set.'));
    }, {once: true});
    return node;
  }

  /** Whether the set has the clean reference of a sample: `include_clean: false` leaves them out. */
  function hasClean(sample) {
    return typeof sample.clean === 'string';
  }

  function pictures(m, sample, name) {
    if (!hasClean(sample)) {
      return media('img', {width: sample.width || 512, height: sample.height || 512, decoding: 'async', loading: 'lazy',
        src: inlined(m, sample.variant_picture) || addressOf(sample.variant), alt: `Variant: ${name}`}, sample.variant);
    }
    const clean = inlined(m, sample.clean_picture) || addressOf(sample.clean);
    const variant = inlined(m, sample.variant_picture) || addressOf(sample.variant);
    const size = {width: sample.width || 512, height: sample.height || 512, decoding: 'async', loading: 'lazy'};
    const frame = el('div', {class: 'compare'},
      media('img', {...size, src: clean, alt: `Clean: ${name}`}, sample.clean),
      media('img', {...size, src: variant, class: 'over', alt: `Variant: ${name}`}, sample.variant),
      el('span', {class: 'cut', 'aria-hidden': 'true'}));
    const range = el('input', {type: 'range', min: 0, max: 100, step: 1, value: 50, 'aria-label': `How much is clean, in per cent: ${name}`});
    range.addEventListener('input', () => frame.style.setProperty('--cut', `${range.value}%`));
    return el('div', null, frame, range, el('div', {class: 'ends', 'aria-hidden': 'true'}, el('span', null, 'clean'), el('span', null, 'variant')));
  }

  function sounds(m, sample, name) {
    const spans = isKnown(sample.seconds) && isKnown(sample.hertz)
      ? `: ${sample.only_start ? 'the first ' : ''}${number(sample.seconds)} s from left to right, ${number(sample.hertz / 1000)} kHz from bottom to top` : '';
    const one = (what, file, picture) => el('figure', null,
      inlined(m, picture) ? el('img', {src: inlined(m, picture), alt: `Spectrogram, ${what}: ${name}`, width: sample.width || 320, height: sample.height || 160}) : null,
      media('audio', {controls: true, preload: 'metadata', src: addressOf(file), 'aria-label': `Sound, ${what}: ${name}`}, file),
      el('figcaption', null, what, inlined(m, picture) ? spans : null));
    return el('div', {class: 'sounds'}, hasClean(sample) ? one('clean', sample.clean, sample.clean_picture) : null,
      one('variant', sample.variant, sample.variant_picture));
  }

  function sampleNode(m, sample) {
    const name = sample.label || `${sample.source}, ${conditionName(m, sample.condition)}`;
    return el('li', {class: 'sample'},
      el(subhead, null, label(conditionName(m, sample.condition))),
      el('p', {class: 'small'}, label(groupName(m, sample.group)), ' · ', label(sample.source), ` · realization ${number(sample.realization)}`),
      sample.missing ? el('p', {class: 'small'}, 'A file of this sample was not there when this page was made.')
        : m.medium === 'audio' ? sounds(m, sample, name) : pictures(m, sample, name),
      el('dl', {class: 'measured'}, (sample.measured || []).map(([what, value]) =>
        el('div', null, el('dt', null, what), el('dd', null, label(String(value)))))),
      el('p', {class: 'small'}, 'Files: ', hasClean(sample) ? el('a', {href: addressOf(sample.clean)}, 'clean') : null,
        hasClean(sample) ? ', ' : '', el('a', {href: addressOf(sample.variant)}, 'variant'),
        el('span', {class: 'print-only'}, label(sample.variant))));
  }

  function gallery(m) {
    const all = m.gallery.samples;
    if (all.length === 0) {
      return [sentence('There is nothing to show.')];
    }
    const kPage = 6;
    const wanted = {group: '', levels: m.axes.map(() => '')};
    let chosen = all;
    let page = 0;
    const list = el('ul', {class: 'samples'});
    const where = el('p', {role: 'status'});
    const previous = el('button', {type: 'button'}, 'Previous');
    const next = el('button', {type: 'button'}, 'Next');
    function show() {
      const shown = chosen.slice(page * kPage, (page + 1) * kPage);
      list.replaceChildren(...shown.map((sample) => sampleNode(m, sample)));
      where.textContent = chosen.length === 0 ? `No sample of ${number(all.length)} is of these`
        : `${number(page * kPage + 1)}–${number(page * kPage + shown.length)} of ${counted(chosen.length, 'sample')}`;
      previous.disabled = page === 0;
      next.disabled = (page + 1) * kPage >= chosen.length;
    }
    function choose() {
      chosen = all.filter((sample) => (wanted.group === '' || sample.group === Number(wanted.group))
        && wanted.levels.every((level, a) => level === '' || m.axes[a].levels[Number(level)].name === sample.levels[a]));
      page = 0;
      show();
    }
    previous.addEventListener('click', () => { page -= 1; show(); });
    next.addEventListener('click', () => { page += 1; show(); });
    show();
    const groups = [...new Set(all.map((sample) => sample.group))].sort((a, b) => a - b);
    return [
      sentence([el('span', {class: 'soft'}, 'How samples were chosen: '), label(m.gallery.rule)]),
      el('div', {class: 'controls'},
        choice('Group', [['', 'all groups'], ...groups.map((g) => [g, isolated(groupName(m, g))])],
          (value) => { wanted.group = value; choose(); }).node,
        m.axes.map((axis, a) => choice(axis.name === '' ? '(empty)' : axis.name,
          [['', 'all levels'], ...axis.levels.map((level, l) => [l, isolated(level.name)])
            .filter(([l]) => all.some((sample) => sample.levels[a] === axis.levels[l].name))],
          (value) => { wanted.levels[a] = value; choose(); }).node)),
      el('div', {class: 'pager'}, where, previous, next),
      list,
      m.gallery.missing ? sentence(`${counted(m.gallery.missing, 'file')} of samples ${m.gallery.missing === 1 ? 'was' : 'were'} not there`
        + ' when this page was made.', {class: 'small'}) : null,
      m.gallery.without_picture ? sentence(`${counted(m.gallery.without_picture, 'file')} could not be drawn.`, {class: 'small'}) : null,
    ];
  }
  // Two sounds at once cannot be compared.
  document.addEventListener('play', (event) => {
    document.querySelectorAll('audio').forEach((other) => {
      if (other !== event.target) {
        other.pause();
      }
    });
  }, true);

  // ---- 10. Provenance

  function provenance(data) {
    const p = data.provenance;
    document.getElementById('provenance').append(...[
      pairs((p.rows || []).map(([name, value]) => [label(name),
        /^[0-9a-f]{32,}$/.test(String(value)) ? el('span', {class: 'hash'}, value) : label(String(value))])),
      (p.augmenters || []).length > 0 ? [el('h3', null, 'Augmenters and their versions'),
        sentence(p.augmenters.map((one, i) => [i > 0 ? ', ' : '', el('code', null, one.name), ` ${one.version}`]))] : [],
      p.config ? el('details', null, el('summary', null, 'The config as it was read'),
        el('pre', {tabindex: '0', role: 'region', 'aria-label': 'The config'}, p.config)) : null,
    ].flat(Infinity).filter(Boolean));
  }

  // ---- All of it

  function drawAll(data) {
    subhead = data.media.length > 1 ? 'h4' : 'h3';
    about(data);
    const perMedium = [['coverage', coverage], ['gaps', gaps], ['balance', balance], ['losses', losses],
      ['requests', requests], ['power', power], ['controls', controls], ['gallery', gallery]];
    for (const [id, draw] of perMedium) {
      const section = document.getElementById(id);
      for (const m of data.media) {
        tasks.push(() => {
          const part = el('div', {class: 'medium', 'data-medium': m.medium});
          if (data.media.length > 1) {
            part.append(el('h3', null, m.title));
          }
          part.append(...draw(m).flat(Infinity).filter(Boolean));
          section.append(part);
          if (id === 'coverage') {
            performance.mark('heat map drawn');
          }
        });
      }
    }
    tasks.push(() => provenance(data));
    // The first heat map at once, so that the page is of use while the rest is drawn.
    guarded(tasks.shift());
    setTimeout(() => drain(performance.now() + 12), 0);
  }

  guarded(() => drawAll(JSON.parse(document.getElementById('data').textContent)));
})();
