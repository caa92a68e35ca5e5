// What only the browser can do for the dashboard: times in its own zone, keys, dialogs, the clipboard, messages that
// pass, and posts that carry its proof of origin. No state of the product lives here.
(() => {
  'use strict';

  // ---- times -------------------------------------------------------------------------------------------------------

  const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  const shortDateTime = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

  // The same wording as DurationText on the server.
  function duration(ms) {
    if (ms < 0) ms = 0;
    const s = Math.floor(ms / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
    if (s < 60) return `${s} s`;
    if (m < 60) return `${m} m ${s % 60} s`;
    if (h < 24) return `${h} h ${m % 60} m`;
    return `${d} d ${h % 24} h`;
  }

  function age(ms) {
    const s = Math.floor(ms / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
    if (s < 5) return 'just now';
    if (s < 60) return `${s} s ago`;
    if (m < 60) return `${m} min ago`;
    if (h < 24) return `${h} h ago`;
    return d < 30 ? `${d} d ago` : null;
  }

  class HfTime extends HTMLElement {
    static observedAttributes = ['datetime', 'mode'];
    connectedCallback() { clocks.add(this); this.show(); }
    disconnectedCallback() { clocks.delete(this); }
    attributeChangedCallback() { if (this.isConnected) this.show(); }
    show() {
      const at = new Date(this.getAttribute('datetime'));
      if (isNaN(at)) return;
      const since = Date.now() - at;
      let text;
      switch (this.getAttribute('mode')) {
        case 'ago': text = age(Math.max(0, since)) ?? dateTime.format(at); break;
        case 'in': text = since >= 0 ? 'now' : `in ${duration(-since + 999)}`; break;
        case 'for': text = duration(since); break;
        case 'short': text = shortDateTime.format(at); break;
        default: text = dateTime.format(at);
      }
      if (this.textContent !== text) this.textContent = text;
      if (!this.title) this.title = `${dateTime.format(at)} (${at.toISOString()})`;
    }
  }

  const clocks = new Set();
  setInterval(() => { if (!document.hidden) for (const clock of clocks) clock.show(); }, 1000);

  // ---- messages that pass ------------------------------------------------------------------------------------------

  function toast(text, isError) {
    const box = document.createElement('div');
    box.className = isError ? 'toast error' : 'toast';
    box.textContent = text;
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '×';
    close.setAttribute('aria-label', 'Dismiss');
    close.onclick = () => box.remove();
    box.append(close);
    document.getElementById('toasts').append(box);
    setTimeout(() => box.remove(), isError ? 15000 : 5000);
  }

  // ---- the host's own actions --------------------------------------------------------------------------------------

  async function post(button) {
    const token = document.querySelector('input[name="__RequestVerificationToken"]')?.value;
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.action, {
        method: 'POST',
        headers: token ? { RequestVerificationToken: token } : {},
      });
      const text = (await answer.text()).trim();
      const short = text.length > 0 && text.length <= 300 && !text.startsWith('<') ? text : null;
      if (answer.ok) toast(short ?? `Done: ${button.textContent.trim()}`);
      else toast(`${button.textContent.trim()} failed (${answer.status})${short ? ': ' + short : '.'}`, true);
    } catch {
      toast(`${button.textContent.trim()} failed: the application does not answer.`, true);
    } finally {
      button.disabled = false;
    }
  }

  async function copy(button) {
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent ?? '';
    try {
      await navigator.clipboard.writeText(text);
      const label = button.textContent;
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = label; }, 1200);
    } catch {
      toast('The browser does not allow copying here.', true);
    }
  }

  document.addEventListener('click', event => {
    const target = event.target.closest('[data-action], [data-copy], [data-copy-from], [data-reload], [data-close]');
    if (target?.dataset.action) post(target);
    else if (target && ('copy' in target.dataset || 'copyFrom' in target.dataset)) copy(target);
    else if (target && 'reload' in target.dataset) location.reload();
    else if (target && 'close' in target.dataset) target.closest('dialog')?.close();

    // A menu closes at a click anywhere, its own items included.
    for (const menu of document.querySelectorAll('details[data-menu][open]'))
      if (!menu.querySelector('summary').contains(event.target)) menu.open = false;
  });

  // ---- keys --------------------------------------------------------------------------------------------------------

  const isEditable = element =>
    element.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]') !== null;

  function move(step) {
    const list = document.querySelector('[data-list]');
    if (!list) return false;
    const items = [...list.querySelectorAll('[data-item]')];
    if (items.length === 0) return false;
    let at = items.indexOf(document.activeElement);
    if (at < 0) at = items.findIndex(item => item.getAttribute('aria-current') === 'true');
    const next = items[at < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + step))];
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    // In a list beside its detail, to stand on an item is to open it.
    if (list.dataset.list === 'open') next.click();
    return true;
  }

  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      for (const menu of document.querySelectorAll('details[data-menu][open]')) menu.open = false;
      if (isEditable(event.target) && !event.target.closest('dialog')) event.target.blur();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isEditable(event.target)
        || document.querySelector('dialog[open]')) return;

    if (event.key === 'j' || event.key === 'k') {
      if (move(event.key === 'j' ? 1 : -1)) event.preventDefault();
    } else if (event.key === '?') {
      document.getElementById('shortcuts').showModal();
      event.preventDefault();
    } else if (event.key.length === 1) {
      const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
      if (!target) return;
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
      event.preventDefault();
    }
  });

  // ---- the connection to the host ----------------------------------------------------------------------------------

  // A host that restarted knows nothing of this page: load it again as soon as somebody answers.
  const modal = document.getElementById('components-reconnect-modal');
  modal?.addEventListener('components-reconnect-state-changed', async event => {
    const state = event.detail?.state;
    if (state === 'rejected') location.reload();
    if (state !== 'failed') return;
    while (true) {
      await new Promise(resolve => setTimeout(resolve, 3000));
      if (document.hidden) continue;
      try { if ((await fetch(location.href, { cache: 'no-store' })).ok) return location.reload(); } catch { /* not yet */ }
    }
  });

  let viewer = null;
  document.addEventListener('visibilitychange', () => viewer?.invokeMethodAsync('SetVisible', !document.hidden).catch(() => { }));

  globalThis.holdfast = {
    attach(reference) { viewer = reference; if (document.hidden) viewer.invokeMethodAsync('SetVisible', false); },
    toast,
    focus(selector) { document.querySelector(selector)?.focus(); },
    openDialog(id) { const dialog = document.getElementById(id); if (dialog && !dialog.open) dialog.showModal(); },
    recall(name) { try { return localStorage.getItem('holdfast.' + name); } catch { return null; } },
    remember(name, value) { try { localStorage.setItem('holdfast.' + name, value); } catch { /* private mode */ } },
  };

  customElements.define('hf-time', HfTime);
})();
