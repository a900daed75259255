/* Comfort on top of pages that are whole without it. Each part stands alone; what fails in one harms no other. */
(function () {
	"use strict";
	const part = (fn) => { try { fn(); } catch (e) { console.error(e); } };
	const say = (words) => { const box = document.getElementById("announce"); if (box) box.textContent = words; };

	/* "/" and "s" go to the search field (contract/web.md 2). */
	part(() => {
		const field = document.getElementById("q");
		if (!field) return;
		document.addEventListener("keydown", (e) => {
			const at = e.target;
			if (e.key === "Escape" && at === field) { field.blur(); return; }
			if (document.documentElement.dataset.keys === "off") return;
			if (e.ctrlKey || e.altKey || e.metaKey || at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
			if (e.key === "/" || e.key.toLowerCase() === "s") { e.preventDefault(); field.focus(); field.select(); }
		});
	});

	/* Names that begin with what is typed, below the search field: a combobox with a list (contract/web.md 15.2). */
	part(() => {
		const field = document.getElementById("q"), form = field && field.form;
		if (!form || !window.fetch) return;
		const list = document.createElement("ul");
		let timer = 0, asked = null, at = -1, typed = "";
		list.id = "suggest";
		list.className = "suggest";
		list.hidden = true;
		list.setAttribute("role", "listbox");
		list.setAttribute("aria-label", "Crates");
		form.append(list);
		field.type = "text"; /* what is a search field by its type may be no combobox */
		for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"], ["enterkeyhint", "search"]]) field.setAttribute(name, value);
		const close = () => {
			clearTimeout(timer);
			if (asked) asked.abort();
			at = -1;
			list.hidden = true;
			field.setAttribute("aria-expanded", "false");
			field.removeAttribute("aria-activedescendant");
		};
		const choose = (n) => {
			const all = list.children;
			at = n < -1 ? all.length - 1 : n >= all.length ? -1 : n;
			for (let i = 0; i < all.length; i++) all[i].setAttribute("aria-selected", i === at);
			if (at < 0) field.removeAttribute("aria-activedescendant");
			else field.setAttribute("aria-activedescendant", all[at].id);
			field.value = at < 0 ? typed : all[at].textContent;
		};
		const show = (names) => {
			list.replaceChildren(...names.slice(0, 8).map((name, i) => {
				const item = document.createElement("li");
				item.id = "suggest-" + i;
				item.setAttribute("role", "option");
				item.setAttribute("aria-selected", "false");
				item.textContent = name;
				return item;
			}));
			at = -1;
			list.hidden = !names.length;
			field.setAttribute("aria-expanded", !list.hidden);
			say(names.length ? names.length + (names.length === 1 ? " suggestion" : " suggestions") : "");
		};
		const ask = async () => {
			asked = new AbortController();
			const url = new URL("suggest", form.action);
			url.searchParams.set("q", typed);
			try {
				const answer = await fetch(url, { signal: asked.signal, credentials: "omit" });
				if (answer.ok && document.activeElement === field) show((await answer.json())[1]);
			} catch (e) { /* without suggestions, then */ }
		};
		field.addEventListener("input", () => {
			close();
			typed = field.value;
			if (/^[\w-]{2,64}$/.test(typed.trim())) timer = setTimeout(ask, 250);
		});
		field.addEventListener("keydown", (e) => {
			if (list.hidden || e.isComposing) return;
			if (e.key === "ArrowDown" || e.key === "ArrowUp") {
				e.preventDefault();
				choose(e.key === "ArrowDown" ? at + 1 : at - 1);
			} else if (e.key === "Escape") {
				e.preventDefault();
				e.stopPropagation();
				field.value = typed;
				close();
			}
		});
		list.addEventListener("pointerdown", (e) => e.preventDefault()); /* the focus stays */
		list.addEventListener("click", (e) => {
			const item = e.target.closest("li");
			if (!item) return;
			field.value = item.textContent;
			form.requestSubmit();
		});
		field.addEventListener("blur", close);
		form.addEventListener("submit", close);
	});

	/* Buttons that copy the text beside them. */
	part(() => {
		if (!navigator.clipboard) return;
		for (const button of document.querySelectorAll("[data-copy]")) {
			button.hidden = false;
			button.addEventListener("click", async () => {
				const use = button.querySelector("use"), icon = use && use.getAttribute("href");
				try {
					await navigator.clipboard.writeText(button.previousElementSibling.textContent);
					say("Copied");
					if (use) { use.setAttribute("href", icon.replace(/#.*/, "#check")); setTimeout(() => use.setAttribute("href", icon), 1500); }
				} catch (e) { say("Copying failed"); }
			});
		}
	});

	/* Menus close on Escape and on a click elsewhere. */
	part(() => {
		const open = () => document.querySelectorAll("details.menu[open]");
		document.addEventListener("click", (e) => { for (const menu of open()) if (!menu.contains(e.target)) menu.open = false; });
		document.addEventListener("keydown", (e) => {
			if (e.key !== "Escape") return;
			for (const menu of open()) { menu.open = false; menu.querySelector("summary").focus(); }
		});
	});

	/* The theme changes at once; the cookie is set by the same request as without script. */
	part(() => {
		const form = document.querySelector("form.theme");
		if (!form) return;
		form.addEventListener("submit", (e) => {
			const button = e.submitter;
			if (!button || !window.fetch) return;
			e.preventDefault();
			const body = new URLSearchParams(new FormData(form));
			body.set("theme", button.value);
			if (button.value === "system") delete document.documentElement.dataset.theme;
			else document.documentElement.dataset.theme = button.value;
			for (const other of form.querySelectorAll("button")) {
				if (other === button) other.setAttribute("aria-pressed", "true");
				else other.removeAttribute("aria-pressed");
			}
			fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" }).catch(() => say("The theme could not be stored"));
		});
	});

	/* Whether the file of a workflow is there is looked up while it is entered; the page's own button asks the same. */
	part(() => {
		const box = document.getElementById("workflow-check"), form = box && box.closest("form");
		if (!form || !window.fetch) return;
		const fields = ["owner", "project", "workflow", "issuer"].map((name) => form.elements[name]).filter((field) => field);
		let timer = 0, turn = 0;
		const look = async () => {
			const mine = ++turn, body = new URLSearchParams(new FormData(form));
			if (!fields.every((field) => field.value.trim())) return;
			body.set("check", "1");
			box.textContent = "Looking for the file…";
			const failed = () => { if (mine === turn) box.textContent = "The file could not be looked for."; };
			try {
				const answer = await fetch(form.action, { method: "POST", body, redirect: "error", credentials: "same-origin" });
				const page = new DOMParser().parseFromString(await answer.text(), "text/html"), there = page.getElementById("workflow-check");
				if (!there) failed();
				else if (mine === turn) box.replaceChildren(...there.childNodes);
			} catch (e) { failed(); }
		};
		form.addEventListener("input", (e) => {
			if (!fields.includes(e.target)) return;
			clearTimeout(timer);
			timer = setTimeout(look, 500);
		});
	});

	/* Lines of a file: drag over the numbers, or hold shift, for a range such as #L2-L4; no entries in the history. */
	part(() => {
		const source = document.querySelector("pre.source"), line = (n) => document.getElementById("L" + n);
		if (!source) return;
		let first = 0, dragging = false;
		const mark = (a, b) => {
			for (const old of source.querySelectorAll(".in")) old.classList.remove("in");
			source.classList.toggle("picked", a > 0);
			for (let n = a; n > 0 && n <= b && line(n); n++) line(n).classList.add("in");
		};
		const read = () => {
			const m = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash) || [0, 0, 0];
			first = +m[1];
			mark(Math.min(first, +(m[2] || first)), Math.max(first, +(m[2] || first)));
			if (m[2] && line(first)) line(first).scrollIntoView({ block: "center" });
		};
		const pick = (n) => {
			const a = Math.min(first, n), b = Math.max(first, n);
			history.replaceState(history.state, "", a === b ? "#L" + a : "#L" + a + "-L" + b);
			mark(a, b);
		};
		const number = (at) => { const a = at && at.closest("pre.source a"); return a ? +a.textContent : 0; };
		source.addEventListener("click", (e) => {
			const n = number(e.target);
			if (!n || e.ctrlKey || e.metaKey) return;
			e.preventDefault();
			if (e.detail === 0 || !dragging && !e.shiftKey) { first = n; pick(n); } /* by keyboard or finger */
			dragging = false;
		});
		source.addEventListener("pointerdown", (e) => {
			const n = number(e.target);
			if (!n || e.button || e.ctrlKey || e.metaKey || e.pointerType !== "mouse") return;
			e.preventDefault();
			if (!e.shiftKey || !first) first = n;
			dragging = true;
			pick(n);
		});
		source.addEventListener("pointermove", (e) => {
			const at = dragging && e.buttons & 1 && e.target.closest("[id^=L]");
			if (at) pick(+at.id.slice(1));
		});
		window.addEventListener("hashchange", read);
		read();
	});
})();
