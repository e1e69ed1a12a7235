// The pages in a plain browser: `mock.html?mock=worklist&locale=de`. Never shipped.

import './styles/index.css'
import { mount, tick } from 'svelte'
import Root from './app/App.svelte'
import { App } from './app/app.svelte'
import { MockHost } from './host-mock/host'
import { SCENES } from './host-mock/scenes'

const asked = new URLSearchParams(location.search)
const host = new MockHost(asked.get('locale') === 'de' ? 'de' : 'en')
const then = SCENES[asked.get('mock') ?? 'worklist']?.(host)
const app = new App(host, () => host.clock(), localStorage)
Object.assign(window, { host, app })
mount(Root, { target: document.body, props: { app } })
await app.start()
then?.(app)
await tick()
