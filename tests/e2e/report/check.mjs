// Opens report.html of a run's folder in Chromium and looks whether it is what it should be:
//
//   node check.mjs MODULES CHECK FOLDER [STEP]
//
// MODULES is the folder whose node_modules hold what package.json names, CHECK one of those at the end of this file;
// STEP is a text that the steps to be done have in their names.
// Prints each fault and exits 1 if there are any.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [modules, checkName, folderArgument, onlyStep = ''] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, 'package.json'));
const {chromium} = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const folder = fs.realpathSync(folderArgument);
const base = `${pathToFileURL(folder).href}/`;
const address = `${base}report.html`;

const kSections = ['about', 'coverage', 'gaps', 'balance', 'losses', 'requests', 'power', 'controls', 'gallery', 'provenance'];
const kWidths = [360, 768, 1280];
const kRounding = 2;  // pixels: places are rounded, and the page may be scrolled by parts of one

let faults = 0;
async function step(name, body) {
  if (!name.includes(onlyStep)) {
    return;
  }
  const start = Date.now();
  try {
    await body();
    console.log(`ok     ${name} (${Date.now() - start} ms)`);
  } catch (error) {
    faults += 1;
    console.log(`FAULT  ${name}: ${error.message.slice(0, 4000)}`);
  }
}

const browser = await chromium.launch({executablePath: process.env.FAIRGROUND_CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage']});

/** The report in a page of its own, whose console, errors and requests are noted. */
async function open(options = {}) {
  const {width = 1280, ...rest} = options;
  const context = await browser.newContext({viewport: {width, height: 900}, ...rest});
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  const noted = [];
  page.on('console', (message) => noted.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noted.push(`error: ${error.message}`));
  page.on('crash', () => noted.push('the page crashed'));
  page.on('requestfailed', (request) => {
    // Media that are taken out of the page while they load are given up, which is no fault.
    if (request.failure().errorText !== 'net::ERR_ABORTED') {
      noted.push(`failed: ${request.url()} ${request.failure().errorText}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) {
      noted.push(`request out of the folder: ${request.url()}`);
    }
  });
  await page.goto(address);
  if (rest.javaScriptEnabled !== false) {
    await page.waitForSelector('html[data-drawn="all"]', {state: 'attached'});
  }
  return {page, noted, close: () => context.close()};
}

async function withPage(options, body) {
  const opened = await open(options);
  try {
    await body(opened.page);
    assert.deepEqual(opened.noted, [], 'the page was not quiet');
  } finally {
    await opened.close();
  }
}

const dataOf = (page) => page.evaluate(() => JSON.parse(document.getElementById('data').textContent));
const part = (page, section, medium) => page.locator(`#${section} [data-medium="${medium}"]`);
const asNumber = (text) => Number(text.replaceAll(',', '').replace('\u2212', '-'));
const openDetails = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));

// ---- What every report must be

async function hasEverySection() {
  await withPage({}, async (page) => {
    const shown = await page.evaluate(() => [...document.querySelectorAll('main > section')].map((section) => section.id));
    assert.deepEqual(shown, kSections);
    for (const id of kSections) {
      const section = page.locator(`#${id}`);
      assert.ok(await section.locator('h2').isVisible(), `${id} has no head`);
      const rest = await section.evaluate((node) => [...node.children].slice(1).map((one) => one.innerText.trim()).join(''));
      assert.ok(rest.length > 20, `${id} says nothing`);
      if (!['about', 'provenance'].includes(id)) {
        const data = await dataOf(page);
        assert.equal(await section.locator('.medium').count(), data.media.length, `${id} does not tell of each medium`);
      }
    }
    assert.ok(await page.locator('#broken').isHidden());
    // The address of a section leads there.
    for (const id of kSections) {
      await page.locator(`nav a[href="#${id}"]`).click();
      await page.waitForFunction((name) => {
        const box = document.getElementById(name).getBoundingClientRect();
        return box.top < innerHeight && box.bottom > 0;
      }, id);
    }
  });
}

/** The numbers of the heat map as they stand in the table: for each group its name and rows of numbers by kind. */
async function heatOf(page, medium) {
  const groups = new Map();
  const map = part(page, 'coverage', medium);
  while (true) {
    const shown = await map.locator('table.heat').evaluate((table) => [...table.tBodies].map((body) => ({
      name: body.querySelector('th.group').textContent,
      rows: Object.fromEntries([...body.rows].map((row) => [row.querySelector('th.kind').textContent,
        [...row.querySelectorAll('td')].map((cell) => ({text: cell.firstChild.textContent, short: cell.classList.contains('short'), all: cell.textContent}))])),
    })));
    for (const group of shown) {
      assert.ok(!groups.has(group.name), `${group.name} stands there twice`);
      groups.set(group.name, group.rows);
    }
    const next = map.locator('.detail + .pager button', {hasText: 'Next'});
    if (await next.count() === 0 || await next.isDisabled()) {
      return groups;
    }
    await next.click();
  }
}

async function equalsCoverage() {
  const coverage = JSON.parse(fs.readFileSync(path.join(folder, 'coverage.json'), 'utf8'));
  await withPage({}, async (page) => {
    for (const [medium, {groups}] of Object.entries(coverage)) {
      const map = part(page, 'coverage', medium);
      for (const unit of ['sources', 'subjects']) {
        await map.getByRole('radio', {name: unit}).check();
        const shown = await heatOf(page, medium);
        assert.equal(shown.size, groups.length, `${medium}: groups shown`);
        let compared = 0;
        for (const group of groups) {
          const name = Object.values(group.group).join(' / ');
          const rows = shown.get(name);
          assert.ok(rows, `${medium}: ${name} is missing`);
          const equal = (cell, count, what) => {
            const wanted = count[unit];
            assert.equal(wanted === null ? cell.text : asNumber(cell.text), wanted === null ? '–' : wanted, `${medium}, ${name}, ${what}`);
            compared += 1;
          };
          equal(rows.observed[0], group.before.observed, 'before');
          assert.equal(rows.observed.length, group.after.length + 1, 'conditions shown');
          let short = 0;
          group.after.forEach((entry, c) => {
            const what = `${JSON.stringify(entry.condition)}, ${unit}`;
            equal(rows.observed[c + 1], entry.observed, `observed in ${what}`);
            equal(rows.synthesised[c + 1], entry.synthesised, `synthesised in ${what}`);
            assert.equal(rows.observed[c + 1].short, rows.synthesised[c + 1].short);
            short += rows.synthesised[c + 1].short ? 1 : 0;
            if (rows.synthesised[c + 1].short) {
              assert.match(rows.synthesised[c + 1].all, /too few/, 'marked by more than colour');
            }
          });
          assert.equal(short, group.open_gaps.conditions, `${medium}, ${name}: conditions that are marked as open gaps`);
        }
        assert.ok(compared > groups.length);
      }
      await map.getByRole('radio', {name: 'sources'}).check();
      // The heads are the conditions.
      const axes = Object.keys(groups[0].after[0].condition);
      if (axes.length <= 3) {
        const last = await map.locator('.heat thead tr').last().locator('th:not(.corner)').allTextContents();
        assert.deepEqual(last.slice(axes.length === 1 ? 1 : 0), groups[0].after.map((entry) => entry.condition[axes[axes.length - 1]]));
      }
    }
  });
}

async function heatMapAnswers() {
  await withPage({}, async (page) => {
    const data = await dataOf(page);
    for (const m of data.media) {
      const map = part(page, 'coverage', m.medium);
      const detail = map.locator('.detail');
      const cell = (row, column) => map.locator('.heat tbody tr').nth(row).locator('td').nth(column);
      assert.equal(await map.locator('.heat td[tabindex="0"]').count(), 1, 'the table is one stop for Tab before it was entered');
      await cell(0, 1).hover();
      assert.match(await detail.innerText(), /observed: .* source.*synthesised: .* source/s, 'hover tells what a number counts');
      assert.ok((await detail.innerText()).includes(m.groups[0].name), `${await detail.innerText()} does not name the group`);
      await cell(0, 0).focus();
      for (const [key, row, column] of [['ArrowRight', 0, 1], ['ArrowDown', 1, 1], ['ArrowDown', 2, 1], ['ArrowUp', 1, 1], ['ArrowLeft', 1, 0],
        ['End', 1, m.conditions_shown], ['Home', 1, 0], ['Control+End', 2 * m.groups_shown - 1, m.conditions_shown], ['Control+Home', 0, 0]]) {
        await page.keyboard.press(key);
        assert.ok(await cell(row, column).evaluate((node) => node === document.activeElement), `${key} leads to row ${row}, column ${column}`);
      }
      await page.keyboard.press('Control+End');
      assert.ok((await detail.innerText()).includes(m.groups[m.groups_shown - 1].name), `${await detail.innerText()} does not name the last group`);
      assert.ok(await page.evaluate(() => {
        const box = document.activeElement.getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === document.activeElement;
      }), 'the number that has the focus can be seen');
      assert.equal(await map.locator('.heat td[tabindex="0"]').count(), 1, 'and after it');
      // Kinds can be shown apart.
      for (const [name, kinds] of [['observed', ['observed']], ['synthesised', ['synthesised']], ['both', ['observed', 'synthesised']]]) {
        await map.getByRole('radio', {name, exact: true}).check();
        assert.deepEqual([...new Set(await map.locator('.heat th.kind').allTextContents())], kinds);
      }
      await map.locator('select').selectOption('few');
      const order = await map.locator('.heat tbody tr:first-child td:nth-of-type(1)').evaluateAll((cells) => cells.map((one) => Number(one.firstChild.textContent)));
      assert.deepEqual(order, [...order].sort((a, b) => a - b), 'groups in the order of their sources');
    }
  });
}

/** A table's heads: each cell of data has a head of its row and one of its column. */
async function tablesAreTables() {
  await withPage({}, async (page) => {
    await openDetails(page);
    const wrong = await page.evaluate(() => [...document.querySelectorAll('table')].filter((table) => {
      const isNamed = table.caption && table.caption.innerText.trim() !== '';
      const heads = [...table.querySelectorAll('th')].every((th) => ['col', 'row', 'colgroup', 'rowgroup'].includes(th.scope));
      const rows = [...table.tBodies].every((body) => [...body.rows].every((row) => row.querySelector('th[scope="row"]')));
      return !(isNamed && heads && rows && table.tHead);
    }).map((table) => table.outerHTML.slice(0, 200)));
    assert.deepEqual(wrong, []);
  });
}

async function galleryFilters() {
  await withPage({}, async (page) => {
    const data = await dataOf(page);
    for (const m of data.media) {
      const gallery = part(page, 'gallery', m.medium);
      const status = gallery.locator('.pager [role="status"]');
      const all = m.gallery.samples;
      assert.ok(all.length > 1, `${m.medium}: there are samples`);
      assert.match(await status.innerText(), new RegExp(`of ${all.length} samples`));
      assert.ok((await gallery.innerText()).includes(m.gallery.rule), 'the rule is told');
      const selects = gallery.locator('select');
      assert.equal(await selects.count(), 1 + m.axes.length);
      for (let a = 0; a < m.axes.length; ++a) {
        for (let l = 0; l < m.axes[a].levels.length; ++l) {
          const level = m.axes[a].levels[l].name;
          const wanted = all.filter((sample) => sample.levels[a] === level);
          if (wanted.length === 0) {
            assert.equal(await selects.nth(1 + a).locator(`option[value="${l}"]`).count(), 0, `${level} has no sample and is not offered`);
            continue;
          }
          await selects.nth(1 + a).selectOption(String(l));
          const names = new Set(wanted.map((sample) => m.conditions[sample.condition].name));
          assert.match(await status.innerText(), new RegExp(`of ${wanted.length} sample`), level);
          for (const name of await gallery.locator('.sample :is(h3, h4)').allTextContents()) {
            assert.ok(names.has(name), `${name} is not of ${level}`);
          }
        }
        await selects.nth(1 + a).selectOption('');
      }
      const g = all[all.length - 1].group;
      await selects.nth(0).selectOption(String(g));
      const count = all.filter((sample) => sample.group === g).length;
      assert.match(await status.innerText(), new RegExp(`of ${count} sample`));
      for (const line of await gallery.locator('.sample > p:nth-of-type(1)').allTextContents()) {
        assert.ok(line.startsWith(m.groups[g].name), `${line} is not of ${m.groups[g].name}`);
      }
      await selects.nth(0).selectOption('');
      // All pages together have each sample once.
      const seen = [];
      while (true) {
        seen.push(...await gallery.locator('.sample a:last-of-type').evaluateAll((links) => links.map((one) => one.getAttribute('href'))));
        const next = gallery.getByRole('button', {name: 'Next'});
        if (await next.isDisabled()) {
          break;
        }
        await next.click();
      }
      assert.deepEqual(seen.map(decodeURIComponent), all.map((sample) => sample.variant));
    }
  });
}

async function picturesCompare() {
  await withPage({}, async (page) => {
    const gallery = part(page, 'gallery', 'image');
    const sample = gallery.locator('.sample').first();
    await sample.scrollIntoViewIfNeeded();
    for (const img of await gallery.locator('.compare img').all()) {
      await img.scrollIntoViewIfNeeded();
      await img.evaluate((node) => node.decode());
      assert.ok(await img.evaluate((node) => node.naturalWidth > 0 && node.alt !== ''));
    }
    const over = sample.locator('.over');
    const clip = () => over.evaluate((node) => getComputedStyle(node).clipPath);
    const range = sample.locator('input[type="range"]');
    await range.focus();
    const before = await clip();
    await page.keyboard.press('ArrowRight');
    assert.equal(await range.inputValue(), '51');
    assert.notEqual(await clip(), before, 'the cut moves');
    await page.keyboard.press('Home');
    assert.match(await clip(), /inset\(0px 0px 0px 0%\)|inset\(0px 0px 0px\)|inset\(0px\)/, 'all of the variant');
    const box = await range.boundingBox();
    await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
    assert.ok(Math.abs(Number(await range.inputValue()) - 75) < 5, 'the slider follows the mouse');
    assert.match(await clip(), new RegExp(`${await range.inputValue()}%`));
  });
}

async function soundsPlay() {
  await withPage({}, async (page) => {
    const gallery = part(page, 'gallery', 'audio');
    const players = await gallery.locator('audio').all();
    assert.ok(players.length >= 2);
    for (const player of players) {
      const duration = await player.evaluate((node) => new Promise((resolve) => {
        const tell = () => resolve(node.error ? node.error.message : node.duration);
        if (node.readyState >= 1) { tell(); } else { node.addEventListener('loadedmetadata', tell); node.addEventListener('error', tell); }
      }));
      assert.ok(duration > 0 && Number.isFinite(duration), `${await player.getAttribute('src')} cannot be played: ${duration}`);
    }
    await page.evaluate(() => {
      window.heard = [];
      for (const name of ['play', 'pause', 'timeupdate']) {
        document.addEventListener(name, (event) => window.heard.push([name, event.target.getAttribute('aria-label'), event.target.currentTime]), true);
      }
      document.querySelectorAll('audio').forEach((one) => { one.loop = true; });
    });
    const labels = [await players[0].getAttribute('aria-label'), await players[1].getAttribute('aria-label')];
    const advanced = (label) => page.waitForFunction((of) => window.heard.some(([name, who, at]) => name === 'timeupdate' && who === of && at > 0), label);
    // By keyboard, as a reader would.
    await players[0].focus();
    await page.keyboard.press('Space');
    await advanced(labels[0]);
    await players[1].focus();
    await page.keyboard.press('Space');
    await advanced(labels[1]);
    assert.ok(await players[0].evaluate((node) => node.paused), 'one player stops when another one starts');
    assert.equal(await gallery.locator('.sample').first().locator('.sounds img').count(), 2, 'a spectrogram each');
    for (const img of await gallery.locator('.sounds img').all()) {
      assert.ok(await img.evaluate(async (node) => { await node.decode(); return node.naturalWidth > 0; }));
    }
  });
}

/** Tab goes to all that can be operated, shows where it is, and out again. */
async function keyboardReachesAll(width) {
  await withPage({width}, async (page) => {
    await openDetails(page);
    const wanted = await page.evaluate(() => {
      const names = [];
      const radios = new Set();
      document.querySelectorAll('a[href], button, input, select, summary, audio, textarea, [tabindex="0"]').forEach((node) => {
        if (node.disabled || node.getClientRects().length === 0 || (node.type === 'radio' && radios.has(node.name))) {
          return;
        }
        radios.add(node.name);
        node.dataset.stop = String(names.length);
        names.push(`${node.tagName} ${node.getAttribute('aria-label') || node.textContent.slice(0, 40)}`);
      });
      return names;
    });
    assert.ok(wanted.length > 30);
    await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
    const reached = new Set();
    const unseen = [];
    let out = false;
    // A player has stops of its own inside.
    for (let i = 0; i < wanted.length * 6 && !out; ++i) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const node = document.activeElement;
        if (node === document.body || node === document.documentElement) {
          return null;
        }
        let stop = node.dataset.stop;
        if (node.type === 'radio' && stop === undefined) {
          const first = document.querySelector(`input[name="${node.name}"][data-stop]`);
          stop = first && first.dataset.stop;
        }
        const style = getComputedStyle(node);
        const box = node.getBoundingClientRect();
        const isSeen = node.tagName === 'AUDIO' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
        return {stop, isSeen, inView: box.bottom > 0 && box.top < innerHeight && box.right > 0, what: node.outerHTML.slice(0, 120)};
      });
      if (at === null) {
        out = true;
      } else {
        if (at.stop !== undefined && at.stop !== null) {
          reached.add(at.stop);
        }
        if (!at.isSeen || !at.inView) {
          unseen.push(at.what);
        }
      }
    }
    assert.ok(out, 'Tab leads out of the page again');
    assert.deepEqual(wanted.filter((_, i) => !reached.has(String(i))), [], 'not reached by Tab');
    assert.deepEqual(unseen, [], 'has the focus without showing it');
  });
}

/** What Tab reaches does something by keyboard. */
async function keyboardOperates() {
  await withPage({}, async (page) => {
    // The skip link is the first stop, and skips.
    await page.keyboard.press('Tab');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip/);
    assert.ok(await page.locator('.skip').evaluate((node) => node.getBoundingClientRect().left >= 0), 'the skip link shows itself');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'main');
    // Radio buttons by arrows, choices by letters, details by Enter, pages by Enter.
    const map = part(page, 'coverage', 'audio');
    await map.getByRole('radio', {name: 'sources'}).focus();
    await page.keyboard.press('ArrowRight');
    assert.ok(await map.getByRole('radio', {name: 'subjects'}).isChecked());
    assert.match(await map.locator('caption').innerText(), /how many subjects/);
    const condition = part(page, 'balance', 'audio').locator('select').first();
    const captionOf = () => part(page, 'balance', 'audio').locator('table').last().locator('caption').innerText();
    const before = await captionOf();
    await condition.focus();
    await page.keyboard.press('ArrowDown');
    assert.notEqual(await captionOf(), before, 'another condition is shown');
    const details = page.locator('details').last();
    await details.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.ok(await details.evaluate((node) => node.open));
    const next = part(page, 'gallery', 'audio').getByRole('button', {name: 'Next'});
    const status = part(page, 'gallery', 'audio').locator('[role="status"]').first();
    const first = await status.innerText();
    await next.focus();
    await page.keyboard.press('Enter');
    assert.notEqual(await status.innerText(), first);
    // A box that is too wide can be scrolled.
    const box = part(page, 'gallery', 'audio').page().locator('.box').first();
    await page.setViewportSize({width: 360, height: 700});
    await box.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction((node) => node.scrollLeft > 0, await box.elementHandle());
  });
}

async function accessible(width, colorScheme) {
  await withPage({width, colorScheme}, async (page) => {
    await openDetails(page);
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
    const isGrave = (one) => ['serious', 'critical'].includes(one.impact);
    const told = (one) => `${one.impact} ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary})`).join(' | ')}`;
    assert.deepEqual(found.violations.filter(isGrave).map(told), []);
    assert.ok(found.passes === undefined || found.passes.length > 0);
  });
}

async function fits(width) {
  await withPage({width}, async (page) => {
    await openDetails(page);
    const over = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) {
        return [];
      }
      return [...document.body.querySelectorAll('*')].filter((node) => node.getBoundingClientRect().right > width + 1 && !node.closest('.box'))
        .map((node) => node.outerHTML.slice(0, 120)).slice(0, 5).concat(String(document.documentElement.scrollWidth));
    });
    assert.deepEqual(over, [], 'the page scrolls sideways');
  });
}

async function prints() {
  await withPage({colorScheme: 'dark'}, async (page) => {
    await page.evaluate(() => {
      addEventListener('beforeprint', () => { window.stillClosed = document.querySelectorAll('details:not([open])').length; });
    });
    const closed = await page.locator('details:not([open])').count();
    assert.ok(closed > 0);
    const pdf = await page.pdf({format: 'A4', path: path.join(folder, 'report.pdf')});
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    assert.ok(pdf.length > 20000);
    const sheets = Number(/\/Type\s*\/Pages[^>]*\/Count (\d+)|\/Count (\d+)[^>]*\/Type\s*\/Pages/.exec(pdf.toString('latin1'))?.slice(1).find(Boolean));
    assert.ok(sheets >= 5, `${sheets} sheets`);
    assert.equal(await page.evaluate(() => window.stillClosed), 0, 'details are open on paper');
    assert.equal(await page.locator('details:not([open])').count(), closed, 'and closed again after it');
    await page.emulateMedia({media: 'print'});
    for (const control of ['nav', '.skip', '.controls', '.pager', 'audio', 'input[type="range"]']) {
      for (const node of await page.locator(control).all()) {
        assert.ok(await node.isHidden(), `${control} is printed`);
      }
    }
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(253, 253, 251)', 'paper is light');
  });
}

async function readsWithoutScript() {
  await withPage({javaScriptEnabled: false}, async (page) => {
    const text = await page.locator('noscript').innerText();
    assert.match(text, /DATACARD\.md/);
    assert.match(text, /coverage\.json/);
  });
}

async function standsStill() {
  await withPage({}, async (page) => {
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), 'auto');
    await page.locator('nav a').last().click();
    await page.locator('.heat td').first().hover();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });
}

/** The policy holds even for script that got into the page somehow. */
async function policyHolds() {
  const opened = await open();
  try {
    const {page} = opened;
    await page.evaluate(() => {
      window.refused = [];
      document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.harmed = 1';
      document.body.append(script);
      const holder = document.createElement('div');
      holder.innerHTML = '<img src="data:," onerror="window.harmed = 2"><p style="color: red"></p><iframe src="data:text/html,x"></iframe>'
        + '<img src="https://example.invalid/x.png">';
      document.body.append(holder);
    });
    const fetched = await page.evaluate(() => fetch('https://example.invalid/').then(() => 'fetched', () => 'refused'));
    assert.equal(fetched, 'refused');
    await page.waitForFunction(() => ['script-src-elem', 'script-src-attr', 'style-src-attr', 'frame-src', 'img-src', 'connect-src']
      .every((name) => window.refused.includes(name)));
    assert.equal(await page.evaluate(() => window.harmed), undefined);
  } finally {
    await opened.close();
  }
}

// ---- Labels that would do harm

async function labelsAreText() {
  await withPage({}, async (page) => {
    const data = await dataOf(page);
    await openDetails(page);
    const harmed = () => page.evaluate(() => [window.harmed, document.querySelectorAll('main b b, main [onerror], main style, main script, main iframe').length]);
    assert.deepEqual(await harmed(), [undefined, 0]);
    const texts = new Set(await page.evaluate(() => [...document.querySelectorAll('bdi')].map((one) => one.textContent)));
    for (const m of data.media) {
      for (const group of m.groups) {
        assert.ok(texts.has(group.name), `${JSON.stringify(group.name)} does not stand there as it is`);
      }
      for (const text of m.notes.filter((note) => !data.cannot_show.join('\n').toLowerCase().includes(note.toLowerCase())).concat(m.balance.note, m.gallery.rule, m.gaps.ruled_out.rules)) {
        assert.ok(text === '' || texts.has(text), `${JSON.stringify(text)} does not stand there as it is`);
      }
    }
    assert.ok(await page.locator('.empty').count() > 0, 'an empty label is told as such');
    assert.equal(await page.locator('h1').textContent(), data.name);
    assert.ok((await page.title()).startsWith(data.name));
    assert.equal(await page.locator('a').evaluateAll((links) => links.filter((one) => /^javascript:/i.test(one.href)).length), 0);
    for (const m of data.media) {
      const gallery = part(page, 'gallery', m.medium);
      for (const media of await gallery.locator('audio, .compare img').all()) {
        await media.scrollIntoViewIfNeeded();
        await media.evaluate((node) => new Promise((resolve) => {
          const isThere = () => (node.tagName === 'IMG' ? node.complete : node.readyState > 0);
          const wait = () => (isThere() ? resolve() : setTimeout(wait, 20));
          wait();
        }));
      }
      assert.equal(await gallery.getByText('Cannot be opened').count(), 0, 'names of files are names');
      for (const link of await gallery.locator('.sample a').all()) {
        await link.hover();
      }
      // Each choice, each page, each number.
      const pages = page.locator(`[data-medium="${m.medium}"] .pager button:not(:disabled)`, {hasText: 'Next'});
      for (let i = 0; i < await pages.count(); ++i) {
        await pages.nth(i).click();
      }
      const cells = part(page, 'coverage', m.medium).locator('.heat td');
      // However long what is told of a number, the table stays where it is, or the mouse would point at another one.
      const box = part(page, 'coverage', m.medium).locator('.box');
      const placeOnPage = () => box.evaluate((node) => Math.round(node.getBoundingClientRect().top + scrollY));
      const place = await placeOnPage();
      for (let i = 0; i < await cells.count(); i += 41) {
        await cells.nth(i).hover();
        assert.ok(Math.abs(await placeOnPage() - place) <= kRounding, `the table moved from ${place} to ${await placeOnPage()}`);
      }
    }
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 300); }));
    assert.deepEqual(await harmed(), [undefined, 0]);
    assert.ok(await page.locator('h1').isVisible());
  });
}

/** A set with `include_clean: false` has variants alone: nothing may lead to, or be compared with, a file that is not there. */
async function variantsStandAlone() {
  await withPage({}, async (page) => {
    const data = await dataOf(page);
    assert.equal(data.media.length, 2);
    for (const {medium, gallery: {samples}} of data.media) {
      assert.ok(samples.length > 0 && samples.every((sample) => sample.clean === null), `${medium}: not what is tested here`);
      const gallery = part(page, 'gallery', medium);
      const shown = await gallery.locator('.sample').count();
      assert.ok(shown > 0);
      const media = gallery.locator(medium === 'audio' ? 'audio' : '.sample img');
      assert.equal(await media.count(), shown, `${medium}: one for each sample`);
      for (let i = 0; i < shown; i += 1) {
        const node = media.nth(i);
        await node.scrollIntoViewIfNeeded();
        if (medium === 'audio') {
          assert.equal(await node.getAttribute('src'), samples[i].variant);
          const duration = await node.evaluate((player) => new Promise((resolve) => {
            const tell = () => resolve(player.error ? player.error.message : player.duration);
            if (player.readyState >= 1) { tell(); } else { player.addEventListener('loadedmetadata', tell); player.addEventListener('error', tell); }
          }));
          assert.ok(duration > 0 && Number.isFinite(duration), `cannot be played: ${duration}`);
        } else {
          assert.ok(await node.evaluate(async (img) => { await img.decode(); return img.naturalWidth > 0; }));
          assert.match(await node.getAttribute('alt'), /^Variant: /);
        }
        const links = await gallery.locator('.sample').nth(i).locator('a').evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute('href')]));
        assert.deepEqual(links, [['variant', samples[i].variant]]);
      }
      assert.equal(await gallery.locator('.compare, input[type="range"]').count(), 0, `${medium}: nothing to compare with`);
      assert.equal(await gallery.getByText(/null|undefined|\bclean\b/i).filter({hasNot: page.locator('option')}).count(), 0, `${medium}: what is not there is named`);
    }
    assert.equal(await page.getByText('Cannot be opened').count(), 0);
    assert.ok(await page.locator('#broken').isHidden());
  });
}

async function missingMediaAreTold() {
  const opened = await open();
  try {
    const {page} = opened;
    await page.locator('#gallery').scrollIntoViewIfNeeded();
    await page.getByText('Cannot be opened').first().waitFor();
  } finally {
    await opened.close();
  }
}

// ---- A page as large as they get

// Seconds of the page's main thread, so that a busy machine does not count. Two are what a reader waits without wondering;
// half of one is what a search may take.
const kMostSeconds = 2;
const kMostReply = 0.5;

async function isQuickWhenLarge() {
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(fs.readFileSync(path.join(folder, 'report.html'), 'utf8'))[1]);
  const m = data.media[0];
  assert.equal(m.heat.observed.length, 40000);
  assert.ok(fs.statSync(path.join(folder, 'report.html')).size > 2.2e6);
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  const busy = async () => (await session.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value;
  const start = Date.now();
  await page.goto(address, {waitUntil: 'commit'});
  const map = part(page, 'coverage', 'audio');
  await map.locator('.heat td').first().waitFor();
  // It answers: to a number pointed at, and to a search among a thousand groups.
  await map.locator('.heat td').nth(3).hover();
  await map.locator('.detail b').first().waitFor();
  const drawn = await busy();
  const wall = Date.now() - start;
  console.log(`       first heat map drawn and answering after ${drawn.toFixed(2)} s of the main thread (${wall} ms by the clock)`);
  assert.ok(drawn < kMostSeconds, `${drawn} s`);
  await page.waitForSelector('html[data-drawn="all"]', {state: 'attached'});
  const all = await busy();
  console.log(`       all sections after ${all.toFixed(2)} s`);
  assert.ok(all < kMostSeconds, `${all} s`);
  const search = map.locator('input[type="search"]');
  await search.fill('label 77');
  await page.waitForFunction(() => /out of 1,000/.test(document.querySelector('#coverage .pager').textContent));
  const names = await map.locator('.heat th.group').allTextContents();
  assert.ok(names.length > 5 && names.every((name) => name.includes('label 77')));
  const reply = (await busy()) - all;
  console.log(`       a search answered within ${reply.toFixed(2)} s`);
  assert.ok(reply < kMostReply, `${reply} s`);
  await search.fill('');
  const next = map.locator('.pager').getByRole('button', {name: 'Next'});
  const before = await map.locator('.heat th.group').allTextContents();
  await next.click();
  const after = await map.locator('.heat th.group').allTextContents();
  assert.ok(after.every((name) => !before.includes(name)));
  // What is left out is told, and few of 40,000 numbers are in the page at a time.
  assert.match(await map.innerText(), /1,000 of 1,017 groups/);
  assert.ok(await map.locator('td').count() < 4000);
  await context.close();
}

// ---- The checks by name

const checks = {
  async content() {
    await step('every section is there', hasEverySection);
    await step('the heat map has the numbers of coverage.json', equalsCoverage);
    await step('players load and play', soundsPlay);
    await step('pictures are compared', picturesCompare);
    await step('the gallery is filtered', galleryFilters);
    await step('without script it says where to look', readsWithoutScript);
    await step('the policy holds', policyHolds);
  },
  async keyboard() {
    await step('the heat map answers to mouse and keyboard', heatMapAnswers);
    await step('Tab reaches all', () => keyboardReachesAll(1280));
    await step('Tab reaches all at 360 px', () => keyboardReachesAll(360));
    await step('the keyboard operates all', keyboardOperates);
    await step('nothing moves', standsStill);
  },
  async reading() {
    for (const width of kWidths) {
      for (const scheme of ['light', 'dark']) {
        await step(`axe finds nothing grave at ${width} px, ${scheme}`, () => accessible(width, scheme));
      }
      await step(`no sideways scrolling at ${width} px`, () => fits(width));
    }
  },
  async paper() {
    await step('tables have captions and heads', tablesAreTables);
    await step('it is printed', prints);
  },
  async hostile() {
    await step('labels are text', labelsAreText);
    for (const width of kWidths) {
      await step(`no sideways scrolling at ${width} px`, () => fits(width));
    }
  },
  async hostileReading() {
    await step('axe finds nothing grave at 360 px', () => accessible(360, 'light'));
    await step('Tab reaches all', () => keyboardReachesAll(768));
  },
  async large() {
    await step('it is quick', isQuickWhenLarge);
  },
  async withoutClean() {
    await step('every section is there', hasEverySection);
    await step('variants stand alone', variantsStandAlone);
  },
  async moved() {
    await step('media that are missing are told', missingMediaAreTold);
  },
};

if (!checks[checkName]) {
  console.error(`check: there is no check ${checkName}; there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}
await checks[checkName]();
await browser.close();
process.exit(faults > 0 ? 1 : 0);
