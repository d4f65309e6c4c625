// Texts that a hostile device could send: each has once run, hidden or left somewhere.
const run = ['alert(1)', 'alert`1`', 'window.ran.push(1)']
const html = run.flatMap((code) => [
  `<script>${code}</script>`, `<ScRiPt>${code}</sCrIpT>`, `</title><script>${code}</script>`, `</textarea><script>${code}</script>`, `--><script>${code}</script>`,
  `<img src=x onerror=${code}>`, `<img src="x" onerror="${code}" data-hostile>`, `<img/src/onerror=${code}>`, `<body onload=${code}>`, `<video><source onerror="${code}"></video>`,
  `<details open ontoggle=${code}>`, `<input autofocus onfocus=${code}>`, `<select autofocus onfocus=${code}>`, `<marquee onstart=${code}>`, `<audio src=x onerror=${code}>`,
  `<iframe src="javascript:${code}"></iframe>`, `<iframe srcdoc="<script>${code}</script>"></iframe>`, `<object data="javascript:${code}">`, `<embed src="javascript:${code}">`, `<a href="javascript:${code}">x</a>`,
  `<form action="javascript:${code}"><button>x</button></form>`, `<isindex type=image src=1 onerror=${code}>`, `<div onmouseover="${code}" data-hostile>x</div>`, `<x onclick=${code}>x`, `<template><script>${code}</script></template>`,
])
const svg = run.flatMap((code) => [
  `<svg onload=${code}>`, `<svg><script>${code}</script></svg>`, `<svg><animate onbegin=${code} attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:${code}"><text>x</text></a></svg>`,
  `<svg><foreignObject><img src=x onerror=${code}></foreignObject></svg>`, `<svg><use href="data:image/svg+xml,<svg id=x onload=${code}>#x"/></svg>`, `<math><mtext><img src=x onerror=${code}></mtext></math>`, `<math href="javascript:${code}">x</math>`,
])
const attribute = run.flatMap((code) => [
  `" onmouseover="${code}`, `' onmouseover='${code}`, `" autofocus onfocus="${code}" x="`, `"><img src=x onerror=${code}>`, `'><svg onload=${code}>`, `\`\${${code}}\``, `" style="background:url(javascript:${code})`, `x" data-hostile="1`,
])
const script = run.flatMap((code) => [
  `javascript:${code}`, `JaVaScRiPt:${code}`, `java\tscript:${code}`, `java\nscript:${code}`, `\u0001javascript:${code}`, `data:text/html,<script>${code}</script>`, `vbscript:${code}`, `'-${code}-'`, `";${code};//`, `</script><script>${code}//`,
  `{{constructor.constructor('${code}')()}}`, `{{${code}}}`, `\${${code}}`, `#{${code}}`, `<%= ${code} %>`, `[[\${${code}}]]`,
])
const style = ['<style>*{display:none}</style>', '<style>@import "//evil.example/x.css";</style>', '<link rel=stylesheet href=//evil.example/x.css>', '<meta http-equiv=refresh content="0;url=//evil.example">', '<base href=//evil.example/>', '</style><style>body{display:none}', 'expression(alert(1))', 'color:red;background:url(//evil.example)', '<div style="position:fixed;inset:0;z-index:9999">over all</div>', '@import url(//evil.example/x.css);']
const direction = ['\u202eexe.gnp', '\u202dabc\u202c', '\u2066abc', '\u2067abc\u2069', 'abc\u200fdef', '\u061cabc', 'שלום (1)', 'مرحبا <b>', 'a\u202eb\u202ec', '\u202e\u202e\u202e']
const invisible = ['\u200b', 'a\u200bb', 'pass\u200dword', '\ufeffname', 'a\u00adb', 'a\u2060b', '\u3164', '\u2028line', '\u2029paragraph', 'a\u0300\u0301\u0302\u0303\u0304\u0305', 'Z̸̢̛a̷l̶g̵o̴', '\u0085next', 'tab\there', 'new\nline', 'bell\u0007', 'null\u0000byte', 'escape\u001b[31mred', '\u{e0041}\u{e0042}']
const formula = ['=1+1', '=HYPERLINK("http://evil.example")', "=cmd|'/c calc'!A0", '+1+1', '-1+1', '@SUM(1)', '\t=1+1', '\r=1+1', '=IMPORTXML("http://evil.example","//a")', '"=1+1"', ',=1+1', ';=1+1']
const others = ['..', '../../etc/passwd', '%00', '%2e%2e%2f', '\\u003cscript\\u003e', '&lt;script&gt;', '&#60;script&#62;', '\\x3cscript\\x3e', '__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '[object Object]', '{}', '{"a":1}', '@:common.yes', '{name}', '{0}', 'a | b', "{'@'}", '@.lower:x', '%{x}', '名'.repeat(60), 'W'.repeat(120), '🏠'.repeat(40), '👨‍👩‍👧‍👦', ' ', '"', "'", '`', '<', '>', '&', '<!--', ']]>', '<![CDATA[', '<?xml version="1.0"?>', '{{', '}}', 'http://evil.example/', '//evil.example', 'DROP TABLE devices;--', "' OR '1'='1", '$(reboot)', '`reboot`', '| reboot', '; reboot']

export const payloads = [...new Set([...html, ...svg, ...attribute, ...script, ...style, ...direction, ...invisible, ...formula, ...others])]
