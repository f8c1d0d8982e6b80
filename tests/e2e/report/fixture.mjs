// Prints data for a report that no small run would give: node fixture.mjs large | hostile
//
//   large    1,000 groups in 40 conditions, 300 pairs, 60 samples: as much as a page ever holds
//   hostile  every text is something that would do harm, or look odd, where it is not taken as text

const kHostile = [
  '<script>window.harmed = "script"</script>',
  '</script><script>window.harmed = "closed"</script>',
  '"><img src=x onerror="window.harmed = 1">',
  "javascript:window.harmed='link'",
  '<style>* { display: none }</style>',
  '<!-- {{data}} {{script}} -->',
  'مجموعة اللغة العربية',
  '\u202eedirrevo txet\u202c',
  '👩🏽‍🔬👨‍👩‍👧‍👦🇪🇺',
  'unbrokenlabel'.repeat(24).slice(0, 300),
  'words of a label '.repeat(18).slice(0, 300),
  '',
  '   ',
  '__proto__',
  'constructor',
  'line one\nline two\ttab',
  '&lt;b&gt;bold&lt;/b&gt; &amp;',
  'Ω≈ç√∫ ñandú Ünïcødé 日本語',
];

let state = 1;
/** Numbers that look drawn and are always the same. */
function random() {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}
const below = (n) => Math.floor(random() * n);
const rounded = (value) => Number(value.toPrecision(4));

function medium(name, {groups: G, conditions: C, text, subjects, files, pairs, samples}) {
  const quantities = name === 'audio'
    ? [{id: 'snr_db', name: 'SNR at the mixer', unit: 'dB'}, {id: 'active_level_dbov', name: 'Active speech level', unit: 'dBov'}]
    : [{id: 'mean_luminance', name: 'Mean luminance', unit: ''}, {id: 'noise_sigma', name: 'Noise', unit: ''}];
  const levels = Array.from({length: C}, (_, c) => (c === 0 ? 'none' : text(c)));
  const groups = Array.from({length: G}, (_, g) => {
    const labels = [text(g + 3), g % 2 === 0 ? 'female' : 'male'];
    return {labels, name: labels.join(' / '), unlabelled: g % 9 === 4, sources: 1 + below(400), subjects: subjects ? 1 + below(40) : null,
      sources_without_subject: below(3), taking_part: {sources: 1 + below(400), subjects: subjects ? 1 + below(40) : null,
        sources_without_subject: 0}, realizations_missing: g % 5 === 0 ? [1, 3] : [],
      open_gaps: {conditions: below(C), collect_sources: below(20), collect_subjects: below(20)}};
  });
  const each = (make) => Array.from({length: G * C}, (_, i) => make(Math.floor(i / C), i % C));
  const pick = () => below(G);
  return {
    medium: name, title: name === 'audio' ? 'Recordings' : 'Pictures', groups, group_columns: [text(0), 'gender'],
    axes: [{name: text(1), levels: levels.map((level, l) => ({name: level, says: l === 0 ? 'nothing is changed' : text(l + 5)}))}],
    conditions: levels.map((level, c) => ({levels: [level], name: level, clean: c === 0})),
    conditions_total: C * 500, conditions_shown: C, groups_total: G + 17, groups_shown: G, at_least: {sources: 20, subjects: 5},
    heat: {
      observed: each((g, c) => (c === 0 ? [groups[g].sources, groups[g].subjects] : [0, subjects ? 0 : null])),
      synthesised: each((g, c) => (c === 0 ? [0, subjects ? 0 : null] : [below(400), subjects ? below(40) : null])),
    },
    gaps: {collect_total: G, collect: Array.from({length: Math.min(G, 200)}, (_, g) => ({group: g, sources: below(20), subjects: below(5)})),
      label: [{group: 4 % G, sources: 12}], left: {combinations: 120, conditions: 3, first: [text(2), text(3)]},
      ruled_out: {combinations: 3, rules: [text(4)], rules_total: 2}, absent: {total: 2, first: [text(5)]}, filled: {combinations: 5000, demanded: 6000}},
    balance: {quantities,
      cells: Array.from({length: Math.min(C, 14)}, () => Array.from({length: G}, () => (below(50) === 0 ? null : {n: below(400), subjects: subjects ? below(40) : null,
        realizations: [3, 3, 2], stats: quantities.map((_, q) => (q === 1 && below(9) === 0 ? null : [rounded(random() * 40 - 26), rounded(random())]))}))),
      differences: Array.from({length: 100}, (_, i) => ({quantity: i % 2, condition: i % 3 === 0 ? null : below(C), first: pick(),
        second: i % 4 === 0 ? null : pick(), conditions: 1 + i % 3, chance: 0.2, beyond_chance: i < 50, value: rounded((i % 2 === 0 ? 1 : -1) * (2.1 - i / 50))})),
      conditions_shown: Math.min(C, 14), beyond_chance: 50, untold: 7, differences_total: 200, compared: 12345, above: 321, limit: 0.1, note: text(6)},
    losses: {by_reason: Array.from({length: 50}, (_, i) => ({kind: i % 2 === 0 ? 'rejected' : 'failed', stage: 'gate',
      gate: i % 3 === 0 ? null : 'clipped_fraction', reason: text(i), count: 1000 - i})),
    by_group: groups.map(() => ({planned: 500, written: 480, rejected: 15, failed: 5, reasons: [[0, 12], [1, 5]]})),
    warnings: [text(7)], other_reasons: 5},
    requests: {rows_total: C, conditions_without: 1, conditions_total: C, note: text(15), rows: levels.slice(1).map((level, l) => ({axis: 0, condition: null, level, augmenter: 'noise.coloured', quantity: 'SNR', unit: 'dB',
      requested: l % 2 === 0 ? [20, 20] : [5, 20], n: 139, measured: {mean: 20.01, min: 19.99, max: 20.02}, error: l % 2 === 0 ? {mean: 0.001, max_abs: 0.02} : null}))},
    power: {assumed: {baseline_error: 0.1, degradation: 1.5, units: 10, alpha: 0.05, power: 0.8}, not_told: null, n_too_small: 20,
      pairs: Array.from({length: pairs}, (_, i) => ({first: pick(), second: pick(), smallest_difference: i % 7 === 0 ? null : rounded(random() * 0.3),
        worse_degradation: i % 7 === 0 ? null : 2.25, subjects_needed: i % 7 === 0 ? 90 : null, note: i % 7 === 0 ? text(i) : ''})), pairs_total: 499500, pairs_told: 40000},
    controls: {identity: {n: 10, conditions: 2}, repeat: {n: 5, same_bytes: 5}, quantities,
      by_group: groups.slice(0, 300).map((_, g) => ({group: g, identity: quantities.map(() => ({n: 5, mean_difference: rounded(random() / 100), max_abs: 0.1})),
        repeat: quantities.map(() => ({n: 2, mean_difference: 0, max_abs: 0}))})), note: text(8)},
    skin: name === 'image' ? {statement: [text(9)], warnings: [text(10)], findings: [text(11)]} : null,
    gallery: {rule: text(12), missing: 1, without_picture: 2, pictures: ['data:text/html,<script>window.harmed = 3</script>'], samples: Array.from({length: samples}, (_, i) => {
      const c = i % C;
      return {source: text(i), group: i % G, condition: c, levels: [levels[c]], realization: i % 4, clean: files[0], variant: files[1],
        label: text(i + 1), measured: [['SNR', '20.0 dB'], [text(i + 2), text(i + 3)]], width: 320, height: 240, clean_picture: null,
        variant_picture: name === 'audio' ? 0 : null, seconds: 2.5, hertz: 8000};
    })},
    notes: [text(13)],
  };
}

function report(name, text, media) {
  return {name, tool: 'fairground 0.1.0', date: null,
    card: {description: text(0), purpose: text(1), limits: text(2), licence: text(3), creator: text(4), contact: text(5),
      url: "javascript:window.harmed='address'", version: text(6), citation: text(7)},
    summary: [text(8), text(9)], cannot_show: [text(10), text(11)], counts: {planned: 1000000, written: 998000, rejected: 1500, failed: 500},
    provenance: {rows: [['Configuration', text(2)], [text(3), 'f'.repeat(64)]], config: `${text(0)}\n${text(1)}`,
      augmenters: [{name: text(4), version: 1}]}, media};
}

const make = {
  large: () => report('large', (i) => `label ${i}`,
    [medium('audio', {groups: 1000, conditions: 40, text: (i) => (i % 50 === 7 ? kHostile[9] : `label ${i}`), subjects: true,
      files: ['audio/00/clean.wav', 'audio/00/variant.wav'], pairs: 300, samples: 60})]),
  hostile: () => {
    const text = (i) => kHostile[i % kHostile.length];
    return report(kHostile[1], text, [
      medium('audio', {groups: 18, conditions: 18, text, subjects: false, files: ['audio/00/a b#c%41?d.wav', 'audio/00/"><b>.wav'], pairs: 30, samples: 18}),
      medium('image', {groups: 18, conditions: 6, text, subjects: true, files: ['image/00/a b#c%41?d.png', 'javascript:window.harmed=4'], pairs: 30, samples: 18})]);
  },
}[process.argv[2]];
if (!make) {
  console.error('fixture: give it one of: large, hostile');
  process.exit(2);
}
process.stdout.write(JSON.stringify(make()));
