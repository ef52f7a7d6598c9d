// The button that refuses or closes a banner about cookies, or null. Nothing is ever accepted.
// Known buttons first (OneTrust, Cookiebot, Didomi, Usercentrics, Quantcast, TrustArc,
// Sourcepoint, CookieYes, Complianz, Osano, iubenda, GOV.UK), then any visible one whose words
// refuse or close, in a box that speaks of cookies. Open shadow roots are looked into.
() => {
  const known = [
    '#onetrust-reject-all-handler', '.ot-pc-refuse-all-handler',
    '#CybotCookiebotDialogBodyButtonDecline', '#didomi-notice-disagree-button',
    '.didomi-continue-without-agreeing', '[data-testid=uc-deny-all-button]',
    '.qc-cmp2-summary-buttons > button[mode=secondary]', '#truste-consent-required',
    'button.sp_choice_type_13', '.cky-btn-reject', '.cmplz-deny', '.osano-cm-denyAll',
    '.iubenda-cs-reject-btn', 'button[value=reject][name="cookies[additional]"]',
  ];
  const refuse = [
    /^(reject|refuse|decline|deny|disagree)\b/i,
    /^(use |allow )?(only |strictly )?(necessary|essential|required)( cookies)?( only)?$/i,
    /^continue without (accepting|agreeing|consent)/i,
    /^(no,? thanks?|i do not agree)$/i,
  ];
  const close = [/^(close|dismiss|got it|ok|okay|hide this message|\u00d7|x)$/i];
  const about = /cookie|consent|gdpr|privacy/i;
  const buttons = 'button, a, [role=button], input[type=button], input[type=submit]';

  const roots = [document];
  for (const element of document.querySelectorAll('*')) {
    if (element.shadowRoot) roots.push(element.shadowRoot);
    if (roots.length > 20) break;
  }
  const visible = element => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 0 && box.height > 0
      && style.visibility !== 'hidden' && style.display !== 'none';
  };
  const stands_out = element => ['fixed', 'sticky'].includes(getComputedStyle(element).position)
    || element.getAttribute('role') === 'dialog' || element.hasAttribute('aria-modal')
    || about.test(element.id + ' ' + element.getAttribute('class'));
  const in_a_banner = button => {
    let element = button;
    for (let climbed = 0; element && climbed < 10; climbed++) {
      if (element === document.body || element === document.documentElement) return false;
      const words = element.innerText || '';
      if (words.length < 5000 && about.test(words) && stands_out(element)) return true;
      element = element.parentElement || element.getRootNode().host;
    }
    return false;
  };
  const label = element =>
    (element.innerText || element.value || element.getAttribute('aria-label') || '').trim();

  for (const root of roots) {
    for (const selector of known) {
      const element = root.querySelector(selector);
      if (element && visible(element)) return element;
    }
  }
  for (const wanted of [refuse, close]) {
    for (const root of roots) {
      for (const element of [...root.querySelectorAll(buttons)].slice(0, 500)) {
        const words = label(element);
        if (words.length < 60 && wanted.some(word => word.test(words))
            && visible(element) && in_a_banner(element)) return element;
      }
    }
  }
  return null;
}
