// The provider's sign-in page: user name, password, and a one-time code where one is asked for.

import { ONE_FACTOR, TWO_FACTORS, check } from './people.mjs';

const MAX_BODY = 10_000;

export async function interact(provider, request, response) {
  try {
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (prompt.name !== 'login') throw new Error(`nobody is asked for ${prompt.name} here`);
    const needsCode = (params.acr_values ?? '').split(' ').includes(TWO_FACTORS);
    if (request.method === 'GET') {
      show(response, 200, signInPage(params.login_hint, needsCode));
      return;
    }
    const typed = Object.fromEntries(await body(request));
    if ('cancel' in typed) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    const person = check(typed, needsCode);
    if (!person) {
      show(response, 401, signInPage(typed.username, needsCode, 'These credentials are not known here.'));
      return;
    }
    const login = {
      accountId: person.sub,
      acr: needsCode ? TWO_FACTORS : ONE_FACTOR,
      amr: needsCode ? ['pwd', 'otp', 'mfa'] : ['pwd'],
    };
    await provider.interactionFinished(request, response, { login });
  } catch (error) {
    response.statusCode = 400;
    response.end(`${error.name}: ${error.message}`);
  }
}

function show(response, status, html) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
}

function signInPage(username, needsCode, alert) {
  const code = '<label>One-time code <input name="code" inputmode="numeric" autocomplete="one-time-code"></label>';
  return `<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1>
    ${alert ? `<p role="alert">${alert}</p>` : ''}
    <form method="post">
      <label>User name <input name="username" value="${escape(username)}" autocomplete="username"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password"></label>
      ${needsCode ? code : ''}
      <button>Sign in</button>
    </form>
    <form method="post"><button name="cancel" value="yes">Cancel</button></form>`;
}

async function body(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) throw new Error('nobody types that much');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function escape(text) {
  return String(text ?? '').replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
