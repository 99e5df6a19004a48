// Draws the figures of the page from the specifications and tables that lie in it. Nothing is fetched.
'use strict';
(() => {
  const config = {
    responsive: true, displaylogo: false, displayModeBar: false,
  };
  // Where the reader's screen is dark, what is drawn on the ground is turned around; on paper it is not.
  const night = matchMedia('screen and (prefers-color-scheme: dark)');
  const NIGHT = {'#222222': '#e4e6e8', '#555555': '#b4b9be', '#999999': '#868d94', '#000000': '#ffffff', '#0072B2': '#4aa8e0'};
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  function inked(value) {
    if (!night.matches) return value;
    if (typeof value === 'string') return NIGHT[value] || value;
    if (Array.isArray(value)) return typeof value[0] === 'string' || (value[0] && typeof value[0] === 'object' && !Array.isArray(value[0])) ? value.map(inked) : value;
    return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inked(entry)])) : value;
  }
  // On a touch screen a finger on a plot scrolls the page.
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const figures = new Map();

  const text = id => document.getElementById(id).textContent;
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Specifications and tables are gzip in base64; tables as `exports/` has them.
  const tables = new Map();
  function table(name) {
    if (!tables.has(name)) tables.set(name, unpack('table-' + name).then(parse));
    return tables.get(name);
  }
  async function unpack(id) {
    if (typeof DecompressionStream === 'undefined') throw new Error('This browser is too old for this page (it is from before 2023). The tables are in the folder exports/ of the run, and figures in figures/.');
    const bytes = Uint8Array.from(atob(text(id).trim()), letter => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).text();
  }
  // Six digits are enough to read; the CSV files have all.
  const brief = field => /^-?\d+\.\d+(e[-+]?\d+)?$/.test(field) && field.replace(/^-?0*\.?0*|e.*|\./g, '').length > 6 ? String(Number(Number(field).toPrecision(6))) : field;
  // RFC 4180, with the text of every row kept as it is.
  function parse(csv) {
    const rows = [];
    let row = [], field = '', quoted = false, start = 0;
    for (let at = 0; at < csv.length; at++) {
      const letter = csv[at];
      if (quoted) {
        if (letter !== '"') field += letter;
        else if (csv[at + 1] === '"') { field += '"'; at++; }
        else quoted = false;
      } else if (letter === '"') quoted = true;
      else if (letter === ',') { row.push(field); field = ''; }
      else if (letter === '\n') {
        row.push(field);
        rows.push({fields: row, text: csv.slice(start, at + 1)});
        row = []; field = ''; start = at + 1;
      } else field += letter;
    }
    return {header: rows[0], rows: rows.slice(1)};
  }
  function save(name, content) {
    const link = make('a', {href: URL.createObjectURL(new Blob([content], {type: 'text/csv;charset=utf-8'})), download: name});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  async function tell(place, action) {
    try { await action(); } catch (error) { place.replaceChildren(make('p', {className: 'trouble'}, String(error.message || error))); }
  }

  // Layout that all plots share; what a figure says goes over it.
  function merge(base, over) {
    const result = {...base};
    for (const [key, value] of Object.entries(over || {})) {
      const both = value && base && base[key] && typeof value === 'object' && !Array.isArray(value) && typeof base[key] === 'object' && !Array.isArray(base[key]);
      result[key] = both ? merge(base[key], value) : value;
    }
    return result;
  }
  function layout(panel, spec, width) {
    const small = width < 480;
    const [ink, ground, edge, grid] = ['ink', 'ground', 'edge', 'grid'].map(colour);
    const line = {gridcolor: grid, linecolor: edge, zerolinecolor: edge, ticks: 'outside', ticklen: 4, tickcolor: edge, automargin: true, title: {standoff: 8}};
    const scene = {gridcolor: grid, zerolinecolor: edge, showbackground: false, tickfont: {size: small ? 9 : 11}};
    const base = {
      height: panel.height || spec.height,
      margin: panel.is3d ? {l: 0, r: 0, t: 8, b: 0} : {l: 48, r: 14, t: 10, b: 44},
      font: {family: 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif', size: small ? 11 : 12.5, color: ink},
      paper_bgcolor: ground, plot_bgcolor: ground, hovermode: 'closest', barmode: 'group',
      legend: {orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', font: {size: small ? 10.5 : 12}},
      hoverlabel: {bgcolor: ground, bordercolor: edge, font: {color: ink, size: 12}},
      xaxis: line, yaxis: line,
    };
    if (isTouch) base.dragmode = panel.is3d ? 'orbit' : false;
    if (panel.aspect) {
      // One unit as long on both axes, and the colour bar beside the plot.
      const {l, t, b} = {l: small ? 46 : 58, t: 12, b: 50};
      const bar = small ? 62 : 92, room = Math.max(120, width - l - bar), most = spec.height - t - b;
      const wide = Math.min(room, most / panel.aspect), high = Math.max(130, Math.min(wide * panel.aspect, most));
      base.margin = {l, r: Math.max(10, width - l - wide), t, b};
      base.height = high + t + b;
    }
    if (panel.is3d) base.scene = {xaxis: scene, yaxis: scene, zaxis: scene, aspectmode: 'manual', aspectratio: {x: 1, y: 1, z: 0.7}, camera: {eye: small ? {x: 1.9, y: -1.9, z: 1.25} : {x: 1.55, y: -1.55, z: 1}, center: {x: 0, y: 0, z: -0.12}}};
    if (panel.is3d && small) base.height = Math.min(base.height, 380);
    return merge(base, inked(panel.layout));
  }

  class FigureView {
    constructor(element) {
      this.element = element;
      this.id = element.id;
      this.panels = element.querySelector('.panels');
      this.numbers = element.querySelector('.numbers');
      this.selects = [...element.querySelectorAll('.controls select')];
      this.selects.forEach((select, index) => select.addEventListener('change', () => this.choose(index, select.selectedIndex)));
      element.querySelectorAll('[data-do]').forEach(button => button.addEventListener('click', () => this.act(button)));
      this.drawn = false;
      this.queue = Promise.resolve();
    }
    load() {
      this.loading ??= unpack('spec-' + this.id).then(specification => {
        this.spec = JSON.parse(specification);
        this.choice = this.spec.first;
        if (this.choice.length) this.settle(0, this.choice[0]);
      });
      return this.loading;
    }
    get key() { return this.choice.join(','); }
    async choose(index, value) {
      await this.load();
      this.settle(index, value);
      await this.draw();
      if (!this.numbers.hidden) await this.showNumbers();
    }
    // Not every combination exists: the nearest that has the new choice is taken.
    settle(index, value) {
      if (this.choice.length) this.choice[index] = value;
      if (!(this.key in this.spec.views)) {
        const fits = Object.keys(this.spec.views).map(key => key.split(',').map(Number)).filter(key => key[index] === value);
        const shared = key => key.filter((part, at) => part === this.choice[at]).length;
        fits.sort((a, b) => shared(b) - shared(a));
        if (fits.length) this.choice = fits[0];
      }
      this.selects.forEach((select, at) => {
        select.selectedIndex = this.choice[at];
        [...select.options].forEach((option, number) => {
          const trial = this.choice.slice(0, at).join(',');
          option.disabled = !Object.keys(this.spec.views).some(key => {
            const parts = key.split(',');
            return Number(parts[at]) === number && (at === 0 || parts.slice(0, at).join(',') === trial);
          });
        });
      });
    }
    // One drawing after the other.
    draw() {
      this.drawn = true;
      this.queue = this.queue.then(() => tell(this.panels, async () => { await this.load(); await this.paint(); }));
      return this.queue;
    }
    async paint() {
      const panels = this.spec.views[this.key] || [];
      const turn = this.element.querySelector('.turn');
      if (turn) turn.hidden = !panels.some(panel => panel.is3d);
      this.panels.style.setProperty('--panel', this.spec.width + 'px');
      while (this.panels.children.length > panels.length) {
        const last = this.panels.lastElementChild;
        Plotly.purge(last.querySelector('.plot'));
        last.remove();
      }
      while (this.panels.children.length < panels.length) {
        this.panels.append(make('div', {className: 'panel'}, make('h4'), make('div', {className: 'plot'})));
        // A wheel over a surface scrolls the page; a pinch, which comes as a wheel with Ctrl, brings it nearer.
        this.panels.lastElementChild.lastElementChild.addEventListener('wheel', event => { if (!event.ctrlKey) event.stopPropagation(); }, {capture: true, passive: true});
      }
      await Promise.all(panels.map(async (panel, index) => {
        const [title, plot] = this.panels.children[index].children;
        title.textContent = panel.title || '';
        title.hidden = !panel.title;
        plot.setAttribute('role', 'img');
        plot.setAttribute('aria-label', [this.spec.title, panel.title, ...this.selects.map(select => select.value)].filter(Boolean).join(', ') + '. The numbers are under the button Numbers.');
        const kind = panel.is3d ? '3d' : '2d';
        // A plot of the other kind is drawn anew: scenes and axes do not mix.
        if (plot.dataset.kind && plot.dataset.kind !== kind) Plotly.purge(plot);
        plot.dataset.kind = kind;
        const camera = panel.is3d && plot.layout && plot.layout.scene && plot.layout.scene.camera;
        const wanted = layout(panel, this.spec, plot.clientWidth);
        if (camera) wanted.scene.camera = camera;
        plot.style.minHeight = wanted.height + 'px';
        // On a phone the vertical axis says what the colour bar would.
        const isBare = panel.is3d && plot.clientWidth < 480;
        const traces = inked(panel.traces);
        await Plotly.react(plot, isBare ? traces.map(trace => ({...trace, showscale: false})) : traces, wanted, config);
        plot.dataset.state = 'drawn';
      }));
      this.element.dataset.state = 'drawn';
    }
    async rows() {
      await this.load();
      const data = await table(this.spec.table);
      const filters = this.spec.selects.map((select, index) => [data.header.fields.indexOf(select.column), (select.values || [])[this.choice[index]]])
        .filter(([column, value]) => column >= 0 && value !== undefined);
      return {header: data.header, rows: data.rows.filter(row => filters.every(([column, value]) => [value].flat().includes(row.fields[column])))};
    }
    async showNumbers() {
      await tell(this.numbers, async () => {
        const {header, rows} = await this.rows();
        const shown = rows.slice(0, 300);
        const body = make('tbody', {}, ...shown.map(row => make('tr', {}, ...row.fields.map(field => make('td', {title: field}, brief(field))))));
        const note = rows.length + (rows.length === 1 ? ' row' : ' rows') + (rows.length > shown.length ? ', the first ' + shown.length + ' here, all in the CSV file' : '');
        const made = make('table', {}, make('caption', {}, note),
          make('thead', {}, make('tr', {}, ...header.fields.map(field => make('th', {scope: 'col'}, field)))), body);
        const box = make('div', {className: 'scroll tall', tabIndex: 0}, made);
        box.setAttribute('role', 'region');
        box.setAttribute('aria-label', 'Numbers of ' + this.spec.title);
        this.numbers.replaceChildren(box);
      });
    }
    async act(button) {
      const what = button.dataset.do;
      if (what === 'numbers') {
        this.numbers.hidden = !this.numbers.hidden;
        button.setAttribute('aria-expanded', String(!this.numbers.hidden));
        if (!this.numbers.hidden) await this.showNumbers();
      } else if (what === 'csv') {
        await tell(this.numbers, async () => {
          const {header, rows} = await this.rows();
          save(this.id + '.csv', header.text + rows.map(row => row.text).join(''));
        });
      } else if (what === 'svg' || what === 'png') {
        await this.draw();
        const plots = [...this.panels.querySelectorAll('.plot')];
        for (const [index, plot] of plots.entries()) {
          const name = this.id + (plots.length > 1 ? '-' + (index + 1) : '');
          await Plotly.downloadImage(plot, {format: what, filename: name, scale: what === 'png' ? 3 : 1, width: plot.clientWidth, height: plot.clientHeight});
        }
      } else this.turn(what);
    }
    // Turning a surface from the keyboard.
    turn(what) {
      for (const plot of this.panels.querySelectorAll('.plot[data-kind="3d"]')) {
        const camera = plot._fullLayout && plot._fullLayout.scene ? plot._fullLayout.scene._scene.getCamera() : plot.layout.scene.camera;
        let {x, y, z} = camera.eye;
        const far = Math.hypot(x, y, z);
        let round = Math.atan2(y, x), up = Math.asin(z / far), distance = far;
        if (what === 'left') round -= Math.PI / 12;
        if (what === 'right') round += Math.PI / 12;
        if (what === 'up') up = Math.min(up + Math.PI / 18, Math.PI / 2 - 0.02);
        if (what === 'down') up = Math.max(up - Math.PI / 18, -Math.PI / 2 + 0.02);
        if (what === 'nearer') distance = Math.max(far * 0.85, 0.4);
        if (what === 'farther') distance = Math.min(far / 0.85, 6);
        if (what === 'front') { round = -Math.PI / 4; up = Math.asin(1 / Math.hypot(1.55, 1.55, 1)); distance = Math.hypot(1.55, 1.55, 1); }
        const eye = {x: distance * Math.cos(up) * Math.cos(round), y: distance * Math.cos(up) * Math.sin(round), z: distance * Math.sin(up)};
        Plotly.relayout(plot, {'scene.camera': {...camera, eye}});
      }
    }
  }

  function start() {
    document.querySelectorAll('figure[data-figure]').forEach(element => figures.set(element.id, new FigureView(element)));
    document.querySelectorAll('button[data-table]').forEach(button => button.addEventListener('click', () => {
      tell(button.parentElement, async () => {
        const data = await table(button.dataset.table);
        save(button.dataset.table + '.csv', data.header.text + data.rows.map(row => row.text).join(''));
      });
    }));
    // Figures are drawn as they come near the window, so that the page opens at once; the others follow when nothing else is to
    // be done, for printing and searching.
    const watcher = new IntersectionObserver(entries => {
      for (const entry of entries) {
        const view = figures.get(entry.target.id);
        if (entry.isIntersecting && !view.drawn) view.draw();
      }
    }, {rootMargin: '500px 0px'});
    figures.forEach(view => watcher.observe(view.element));
    const whenIdle = window.requestIdleCallback || (action => setTimeout(action, 200));
    const next = () => {
      const view = [...figures.values()].find(view => !view.drawn);
      if (view) view.draw().then(() => whenIdle(next));
    };
    setTimeout(() => whenIdle(next), 1500);
    const links = new Map([...document.querySelectorAll('nav.contents a')].map(link => [link.hash.slice(1), link]));
    const current = new IntersectionObserver(entries => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        links.forEach(link => link.removeAttribute('aria-current'));
        const link = links.get(entry.target.id);
        if (link) link.setAttribute('aria-current', 'true');
      }
    }, {rootMargin: '0px 0px -70% 0px'});
    document.querySelectorAll('main section').forEach(section => current.observe(section));
    const narrow = matchMedia('(max-width: 1280px)');
    const fold = () => { document.querySelector('nav.contents details').open = !narrow.matches; };
    narrow.addEventListener('change', fold);
    fold();
    night.addEventListener('change', () => figures.forEach(view => { if (view.drawn) view.draw(); }));
    addEventListener('beforeprint', () => {
      figures.forEach(view => { if (!view.drawn) view.draw(); });
      document.querySelectorAll('.plot').forEach(plot => { if (plot.data) Plotly.Plots.resize(plot); });
    });
    addEventListener('afterprint', () => document.querySelectorAll('.plot').forEach(plot => { if (plot.data) Plotly.Plots.resize(plot); }));
  }

  // For tests: draws every figure, whether it is near the window or not.
  window.seedscape = {
    figures,
    drawAll: () => Promise.all([...figures.values()].map(view => view.draw())),
  };
  start();
})();
