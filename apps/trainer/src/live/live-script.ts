/** What the live page runs in the browser: numbers and drawings are swapped as they arrive. */
export const SCRIPT = `
const now = (name) => document.querySelector('[data-now=' + name + ']');
const status = document.getElementById('status');
const sheet = document.getElementById('sheet');
// What was not validated is null.
const percent = (share) => Number.isFinite(share) ? (100 * share).toFixed(1) + ' %' : '–';
const reloadSheet = () => {
  const next = new Image();
  next.onload = () => { sheet.src = next.src; sheet.hidden = false; };
  next.src = '/filters.png?at=' + Date.now();
};
// Kernels are drawn at every checkpoint, which within an epoch no event tells of.
setInterval(reloadSheet, 30000);
let loss = null;
const events = new EventSource('/events');
const on = (name, act) => events.addEventListener(name, ({ data }) => act(JSON.parse(data)));
events.onopen = () => { status.textContent = 'live'; reloadSheet(); };
events.onerror = () => {
  status.textContent = events.readyState === EventSource.CLOSED
    ? 'connection lost: reload the page' : 'connection lost, trying again …';
};
on('step', (line) => {
  if (Number.isFinite(line.loss)) loss = loss === null ? line.loss : loss + 0.05 * (line.loss - loss);
  now('epoch').textContent = line.epoch;
  now('loss').textContent = loss === null ? '–' : loss.toFixed(3);
  now('speed').textContent = Math.round(line.imagesPerSecond).toLocaleString('en');
  now('wait').textContent = percent(line.wait);
  if (now('reduction') && line.reduction !== undefined) now('reduction').textContent = percent(line.reduction);
  status.textContent = 'live: ' + line.step.toLocaleString('en') + ' updates done';
});
on('epoch', (line) => {
  now('top1').textContent = percent(line.validationTop1);
  setTimeout(reloadSheet, 1000);
});
on('evaluation', (line) => { now('top1').textContent = percent(line.top1); });
on('figures', (figures) => {
  for (const { id, html } of figures) {
    const figure = document.querySelector('[data-figure=' + id + ']');
    for (const old of figure.querySelectorAll('.wide, .narrow')) old.remove();
    figure.querySelector('figcaption').insertAdjacentHTML('beforebegin', html);
  }
});
on('end', () => {
  events.close();
  status.textContent = 'the run has ended: alexnet report makes the lasting page';
});
`;
