const WHAT = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]:not([tabindex="-1"])';
const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && one.getClientRects().length > 0 && !one.disabled;
const controls = () => [...document.querySelectorAll(WHAT)].filter(shown);
const words = (one) => (one.getAttribute('aria-label') || one.innerText || one.name || one.value || '').trim().replace(/\s+/g, ' ').slice(0, 60);
const named = (one) => `${one.tagName.toLowerCase()}${one.type ? ':' + one.type : ''} ${words(one)}`;
const STYLES = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'backgroundColor', 'borderColor', 'textDecorationLine', 'left', 'clip', 'clipPath'];
const look = (one) => {
  const label = one.labels && one.labels[0];
  const parts = [[one, null], ...(label ? [[label, null], [label, '::before'], [label, '::after']] : [])];
  return parts.map(([part, pseudo]) => { const style = getComputedStyle(part, pseudo); return STYLES.map((name) => style[name]).join(); }).join();
};
const group = (one, index) => (one.type === 'radio' ? `radio ${one.form && one.form.action} ${one.name}` : `${index}`);
const prepare = () => {
  const all = controls();
  const before = all.map(look);
  window.whereIsFocus = () => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const index = all.indexOf(one);
    const box = one.getBoundingClientRect();
    const top = box.top + scrollY;
    const drawn = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
    return { index, name: named(one), seen: drawn && (index < 0 || look(one) !== before[index]), top, bottom: top + box.height, left: box.left, right: box.right };
  };
  return all.map((one, index) => ({ name: named(one), group: group(one, index) }));
};
const tooWide = () => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const out = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > width + 1);
  return [`${document.documentElement.scrollWidth} wide`, ...out.slice(-5).map((one) => one.outerHTML.slice(0, 120))];
};
