/*
 * app/inspect/readme*.c: Markdown as the reference server renders it (comrak 0.54 and ammonia 4.1 through its own
 * crates_io_markdown: the answers here were compared with theirs; where they differ, the comment says how), and texts
 * that are made to be slow.
 */
#include "app/inspect/readme.h"
#include "tests/unit/check.h"
#include "tests/unit/safe_html.h"

#include <string.h>
#include <time.h>

struct golden {
	const char *name, *in, *out;
};

/*
 * All rendered with the repository https://github.com/o/r. Unlike the reference: tokens of code have spans; an alert's own
 * title may hold Markdown; text inside <svg> and <math> is kept; U+0001 in a URL makes it relative instead of dropping it.
 */
static const struct golden golden[] = {
	{ "headings",
	  "# A b\n"
	  "## A b\n"
	  "### \303\211t\303\251 & \303\234n\303\257_x \342\200\224 y! (z) 1.2\n"
	  "#### `code` *em* [l](u) ![alt](i.png)\n"
	  "##### <b>x</b> \"q's\" <\n"
	  "###### \n"
	  "Setext *x*\n"
	  "y\n"
	  "===\n"
	  "# a-1\n"
	  "# a\n"
	  "# a\n"
	  "# \346\227\245\346\234\254\350\252\236 \320\220\320\221\320\222 \304\260 \341\272"
	  "\236\n",
	  "<h1 id=\"user-content-a-b\">A b<a href=\"#user-content-a-b\" aria-label=\"Link to he"
	  "ading 'A b'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<h2 id=\"user-content-a-b-1\">A b<a href=\"#user-content-a-b-1\" aria-label=\"Link t"
	  "o heading 'A b'\" rel=\"nofollow noopener noreferrer\"></a></h2>\n"
	  "<h3 id=\"user-content-\303\251t\303\251--\303\274n\303\257_x--y-z-12\">\303\211t\303"
	  "\251 &amp; \303\234n\303\257_x \342\200\224 y! (z) 1.2<a href=\"#user-content-\303"
	  "\251t\303\251--\303\274n\303\257_x--y-z-12\" aria-label=\"Link to heading '\303\211t"
	  "\303\251 &amp; \303\234n\303\257_x \342\200\224 y! (z) 1.2'\" rel=\"nofollow noopene"
	  "r noreferrer\"></a></h3>\n"
	  "<h4 id=\"user-content-code-em-l-alt\"><code>code</code> <em>em</em> <a href=\"https:"
	  "//github.com/o/r/blob/HEAD/u\" rel=\"nofollow noopener noreferrer\">l</a> <img src="
	  "\"https://github.com/o/r/raw/HEAD/i.png\" alt=\"alt\"><a href=\"#user-content-code-e"
	  "m-l-alt\" aria-label=\"Link to heading 'code em l alt'\" rel=\"nofollow noopener nor"
	  "eferrer\"></a></h4>\n"
	  "<h5 id=\"user-content-x-qs-\"><b>x</b> \"q's\" &lt;<a href=\"#user-content-x-qs-\" a"
	  "ria-label=\"Link to heading 'x &quot;q's&quot; &lt;'\" rel=\"nofollow noopener noref"
	  "errer\"></a></h5>\n"
	  "<h6 id=\"user-content-\"><a href=\"#user-content-\" aria-label=\"Link to heading ''"
	  "\" rel=\"nofollow noopener noreferrer\"></a></h6>\n"
	  "<h1 id=\"user-content-setext-x-y\">Setext <em>x</em>\n"
	  "y<a href=\"#user-content-setext-x-y\" aria-label=\"Link to heading 'Setext x y'\" re"
	  "l=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<h1 id=\"user-content-a-1\">a-1<a href=\"#user-content-a-1\" aria-label=\"Link to he"
	  "ading 'a-1'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<h1 id=\"user-content-a\">a<a href=\"#user-content-a\" aria-label=\"Link to heading "
	  "'a'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<h1 id=\"user-content-a-2\">a<a href=\"#user-content-a-2\" aria-label=\"Link to head"
	  "ing 'a'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<h1 id=\"user-content-\346\227\245\346\234\254\350\252\236-\320\260\320\261\320\262-"
	  "i\314\207-\303\237\">\346\227\245\346\234\254\350\252\236 \320\220\320\221\320\222 "
	  "\304\260 \341\272\236<a href=\"#user-content-\346\227\245\346\234\254\350\252\236-"
	  "\320\260\320\261\320\262-i\314\207-\303\237\" aria-label=\"Link to heading '\346\227"
	  "\245\346\234\254\350\252\236 \320\220\320\221\320\222 \304\260 \341\272\236'\" rel="
	  "\"nofollow noopener noreferrer\"></a></h1>\n" },
	{ "alerts",
	  "> [!NOTE]\n"
	  "> a\n"
	  "\n"
	  "> [!tip] My *title* x\n"
	  "> b\n"
	  "\n"
	  "> [!IMPORTANT]\n"
	  "\n"
	  "> [!WARNING]\n"
	  "> - l\n"
	  "\n"
	  "> [!CAUTION]\n"
	  "> c\n"
	  "> d\n"
	  "\n"
	  "> [!FOO]\n"
	  "> e\n"
	  "\n"
	  "- x\n"
	  "  > [!note]\n"
	  "  > in list\n",
	  "<div class=\"markdown-alert markdown-alert-note\">\n"
	  "<p class=\"markdown-alert-title\">Note</p>\n"
	  "<p>a</p>\n"
	  "</div>\n"
	  "<div class=\"markdown-alert markdown-alert-tip\">\n"
	  "<p class=\"markdown-alert-title\">My <em>title</em> x</p>\n"
	  "<p>b</p>\n"
	  "</div>\n"
	  "<div class=\"markdown-alert markdown-alert-important\">\n"
	  "<p class=\"markdown-alert-title\">Important</p>\n"
	  "</div>\n"
	  "<div class=\"markdown-alert markdown-alert-warning\">\n"
	  "<p class=\"markdown-alert-title\">Warning</p>\n"
	  "<ul>\n"
	  "<li>l</li>\n"
	  "</ul>\n"
	  "</div>\n"
	  "<div class=\"markdown-alert markdown-alert-caution\">\n"
	  "<p class=\"markdown-alert-title\">Caution</p>\n"
	  "<p>c\n"
	  "d</p>\n"
	  "</div>\n"
	  "<blockquote>\n"
	  "<p>[!FOO]\n"
	  "e</p>\n"
	  "</blockquote>\n"
	  "<ul>\n"
	  "<li>x\n"
	  "<div class=\"markdown-alert markdown-alert-note\">\n"
	  "<p class=\"markdown-alert-title\">Note</p>\n"
	  "<p>in list</p>\n"
	  "</div>\n"
	  "</li>\n"
	  "</ul>\n" },
	{ "what is an alert",
	  "> [!NOTE]\n"
	  ">\n"
	  "> a\n"
	  "\n"
	  ">[!NOTE]\n"
	  "> a\n"
	  "\n"
	  ">  [!NOTE]\n"
	  "> b\n"
	  "\n"
	  "> x\n"
	  "> [!NOTE]\n"
	  "> y\n"
	  "\n"
	  "> [!NOTE]text\n"
	  "> z\n",
	  "<div class=\"markdown-alert markdown-alert-note\">\n"
	  "<p class=\"markdown-alert-title\">Note</p>\n"
	  "<p>a</p>\n"
	  "</div>\n"
	  "<blockquote>\n"
	  "<p>[!NOTE]\n"
	  "a</p>\n"
	  "</blockquote>\n"
	  "<blockquote>\n"
	  "<p>[!NOTE]\n"
	  "b</p>\n"
	  "</blockquote>\n"
	  "<blockquote>\n"
	  "<p>x\n"
	  "[!NOTE]\n"
	  "y</p>\n"
	  "</blockquote>\n"
	  "<div class=\"markdown-alert markdown-alert-note\">\n"
	  "<p class=\"markdown-alert-title\">text</p>\n"
	  "<p>z</p>\n"
	  "</div>\n" },
	{ "multi-line quotes",
	  ">>>\n"
	  "a\n"
	  "\n"
	  "b\n"
	  "\n"
	  "- c\n"
	  "\n"
	  ">>>\n"
	  "after\n"
	  "\n"
	  ">>> [!warning] T\n"
	  "x\n"
	  "\n"
	  "y\n"
	  ">>>\n"
	  "\n"
	  ">>>>\n"
	  "outer\n"
	  "\n"
	  ">>>\n"
	  "inner\n"
	  ">>>\n"
	  "\n"
	  "outer2\n"
	  ">>>>\n"
	  "end\n",
	  "<blockquote>\n"
	  "<p>a</p>\n"
	  "<p>b</p>\n"
	  "<ul>\n"
	  "<li>c</li>\n"
	  "</ul>\n"
	  "</blockquote>\n"
	  "<p>after</p>\n"
	  "<div class=\"markdown-alert markdown-alert-warning\">\n"
	  "<p class=\"markdown-alert-title\">T</p>\n"
	  "<p>x</p>\n"
	  "<p>y</p>\n"
	  "</div>\n"
	  "<blockquote>\n"
	  "<p>outer</p>\n"
	  "<blockquote>\n"
	  "<p>inner</p>\n"
	  "</blockquote>\n"
	  "<p>outer2</p>\n"
	  "</blockquote>\n"
	  "<p>end</p>\n" },
	{ "an open multi-line quote",
	  ">>>\n"
	  "open\n"
	  "```\n"
	  ">>>\n"
	  "in code\n",
	  "<blockquote>\n"
	  "<p>open</p>\n"
	  "<pre><code></code></pre>\n"
	  "</blockquote>\n"
	  "<p>in code</p>\n" },
	{ "fences in code",
	  "```\n"
	  ">>>\n"
	  "code\n"
	  ">>>\n"
	  "```\n"
	  "\n"
	  "para\n"
	  ">>>\n"
	  "q\n"
	  ">>>\n"
	  "x\n",
	  "<pre><code>&gt;&gt;&gt;\n"
	  "code\n"
	  "&gt;&gt;&gt;\n"
	  "</code></pre>\n"
	  "<p>para</p>\n"
	  "<blockquote>\n"
	  "<p>q</p>\n"
	  "</blockquote>\n"
	  "<p>x</p>\n" },
	{ "description lists",
	  "T1\n"
	  ": D1\n"
	  "\n"
	  "T2\n"
	  ": D2\n"
	  ": D3\n"
	  "\n"
	  "Loose\n"
	  "\n"
	  ": para one\n"
	  "\n"
	  "T *em* `c`\n"
	  ": D [l](x)\n"
	  "  cont\n"
	  "\n"
	  "plain: no\n"
	  "\n"
	  "~ tilde\n"
	  "\n"
	  "A\n"
	  "~ B\n",
	  "<dl>\n"
	  "<dt>T1</dt>\n"
	  "<dd>D1</dd>\n"
	  "<dt>T2</dt>\n"
	  "<dd>D2</dd>\n"
	  "<dd>D3</dd>\n"
	  "<dt>Loose</dt>\n"
	  "<dd>\n"
	  "<p>para one</p>\n"
	  "</dd>\n"
	  "<dt>T <em>em</em> <code>c</code></dt>\n"
	  "<dd>D <a href=\"https://github.com/o/r/blob/HEAD/x\" rel=\"nofollow noopener norefer"
	  "rer\">l</a>\n"
	  "cont</dd>\n"
	  "<dt>plain: no</dt>\n"
	  "<dd>\n"
	  "<p>tilde</p>\n"
	  "</dd>\n"
	  "<dt>A</dt>\n"
	  "<dd>B</dd>\n"
	  "</dl>\n" },
	{ "description lists in lists",
	  "T1\n"
	  "T1b\n"
	  ": D1\n"
	  "T2\n"
	  ": D2\n"
	  "\n"
	  "- item\n"
	  "  : def\n"
	  "\n"
	  ": alone\n",
	  "<dl>\n"
	  "<dt>T1\n"
	  "T1b</dt>\n"
	  "<dd>D1\n"
	  "T2</dd>\n"
	  "<dd>D2</dd>\n"
	  "</dl>\n"
	  "<ul>\n"
	  "<li>\n"
	  "<dl>\n"
	  "<dt>item</dt>\n"
	  "<dd>def</dd>\n"
	  "</dl>\n"
	  "</li>\n"
	  "</ul>\n"
	  "<p>: alone</p>\n" },
	{ "footnotes",
	  "a[^1] b[^x y] c[^1] d[^none]\n"
	  "\n"
	  "[^1]: one\n"
	  "[^2]: unused\n"
	  "[^X]: upper\n"
	  "\n"
	  "z[^X] and [^x]\n"
	  "\n"
	  "[^long]: p1\n"
	  "\n"
	  "    p2\n"
	  "\n"
	  "    - l\n"
	  "\n"
	  "q[^long]\n",
	  "<p>a<sup><a href=\"#user-content-fn-1\" id=\"user-content-fnref-1\" rel=\"nofollow n"
	  "oopener noreferrer\">1</a></sup> b[^x y] c<sup><a href=\"#user-content-fn-1\" id=\"u"
	  "ser-content-fnref-1-2\" rel=\"nofollow noopener noreferrer\">1</a></sup> d[^none]</p"
	  ">\n"
	  "<p>z<sup><a href=\"#user-content-fn-X\" id=\"user-content-fnref-X\" rel=\"nofollow n"
	  "oopener noreferrer\">2</a></sup> and <sup><a href=\"#user-content-fn-X\" id=\"user-c"
	  "ontent-fnref-X-2\" rel=\"nofollow noopener noreferrer\">2</a></sup></p>\n"
	  "<p>q<sup><a href=\"#user-content-fn-long\" id=\"user-content-fnref-long\" rel=\"nofo"
	  "llow noopener noreferrer\">3</a></sup></p>\n"
	  "<section class=\"footnotes\">\n"
	  "<ol>\n"
	  "<li id=\"user-content-fn-1\">\n"
	  "<p>one <a href=\"#user-content-fnref-1\" aria-label=\"Back to reference 1\" rel=\"no"
	  "follow noopener noreferrer\">\342\206\251</a> <a href=\"#user-content-fnref-1-2\" ar"
	  "ia-label=\"Back to reference 1-2\" rel=\"nofollow noopener noreferrer\">\342\206\251"
	  "<sup>2</sup></a></p>\n"
	  "</li>\n"
	  "<li id=\"user-content-fn-X\">\n"
	  "<p>upper <a href=\"#user-content-fnref-X\" aria-label=\"Back to reference 2\" rel=\""
	  "nofollow noopener noreferrer\">\342\206\251</a> <a href=\"#user-content-fnref-X-2\" "
	  "aria-label=\"Back to reference 2-2\" rel=\"nofollow noopener noreferrer\">\342\206"
	  "\251<sup>2</sup></a></p>\n"
	  "</li>\n"
	  "<li id=\"user-content-fn-long\">\n"
	  "<p>p1</p>\n"
	  "<p>p2</p>\n"
	  "<ul>\n"
	  "<li>l</li>\n"
	  "</ul>\n"
	  "<a href=\"#user-content-fnref-long\" aria-label=\"Back to reference 3\" rel=\"nofoll"
	  "ow noopener noreferrer\">\342\206\251</a>\n"
	  "</li>\n"
	  "</ol>\n"
	  "</section>\n" },
	{ "code blocks",
	  "```rust,ignore\n"
	  "a<b>\"c\"\n"
	  "```\n"
	  "\n"
	  "```\n"
	  "plain\n"
	  "```\n"
	  "\n"
	  "~~~ sh foo\n"
	  "x\n"
	  "~~~\n"
	  "\n"
	  "    indented\n"
	  "\n"
	  "```rust no_run\n"
	  "```\n"
	  "\n"
	  "```,x\n"
	  "```\n"
	  "\n"
	  "```python\n"
	  "```\n"
	  "`` a`b ``\n"
	  "```toml\n"
	  "[x]\n"
	  "```\n",
	  "<pre><code class=\"language-rust\">a&lt;b&gt;<span class=\"s\">\"c\"</span>\n"
	  "</code></pre>\n"
	  "<pre><code>plain\n"
	  "</code></pre>\n"
	  "<pre><code class=\"\">x\n"
	  "</code></pre>\n"
	  "<pre><code>indented\n"
	  "</code></pre>\n"
	  "<pre><code class=\"language-rust\"></code></pre>\n"
	  "<pre><code></code></pre>\n"
	  "<pre><code class=\"\"></code></pre>\n"
	  "<p><code>a`b</code></p>\n"
	  "<pre><code class=\"language-toml\"><span class=\"t\">[x]</span>\n"
	  "</code></pre>\n" },
	{ "raw HTML",
	  "<p align=\"center\" style=\"color:red\" onclick=\"x()\" class=\"a markdown-alert-tit"
	  "le b\">hi</p>\n"
	  "\n"
	  "<details open><summary>S</summary>\n"
	  "\n"
	  "*md*\n"
	  "\n"
	  "</details>\n"
	  "\n"
	  "<script>alert(1)</script>\n"
	  "\n"
	  "x <script>alert(1)</script> y <iframe src=x></iframe> <title>t</title>\n"
	  "\n"
	  "<!-- comment --> a <!-- b --> c\n"
	  "\n"
	  "<picture><source media=\"(a)\" srcset=\"https://x/y.png\"><img src=\"a.png\" width=1"
	  " height=2 onerror=x></picture>\n"
	  "\n"
	  "<a name=\"foo\" id=\"bar\" href=\"http://x\" target=\"_blank\" rel=\"me\" aria-label"
	  "=\"l\" title=\"t\">x</a>\n"
	  "\n"
	  "<input type=\"checkbox\" checked> <input type=text value=x>\n",
	  "<p align=\"center\" class=\"markdown-alert-title\">hi</p>\n"
	  "<details><summary>S</summary>\n"
	  "<p><em>md</em></p>\n"
	  "</details>\n"
	  "&lt;script&gt;alert(1)&lt;/script&gt;\n"
	  "<p>x &lt;script&gt;alert(1)&lt;/script&gt; y &lt;iframe src=x&gt;&lt;/iframe&gt; &lt"
	  ";title&gt;t&lt;/title&gt;</p>\n"
	  " a  c\n"
	  "<p><picture><source media=\"(a)\" srcset=\"https://x/y.png\"><img src=\"https://gith"
	  "ub.com/o/r/raw/HEAD/a.png\" width=\"1\" height=\"2\"></picture></p>\n"
	  "<p><a id=\"user-content-bar\" href=\"http://x\" target=\"_blank\" aria-label=\"l\" t"
	  "itle=\"t\" rel=\"nofollow noopener noreferrer\">x</a></p>\n"
	  "<p><input type=\"checkbox\" checked=\"\"> <input type=\"text\"></p>\n" },
	{ "URLs",
	  "[a](javascript:alert(1)) [b](JaVaScRiPt:alert) [c](data:text/html,x) [d](mailto:a@b."
	  "c) [e](ftp://x/y) [f](//evil.com/x) [g](/abs) [h](rel.md#x) [i](#frag) [j](#fn-1) [k"
	  "](::foo) [l](a::b) [m](img.PNG) [n](x.svg) [o](x.svg?a=b) [p](x.png?raw=true) [q](te"
	  "l:1) [r](irc://x) [s](vbscript:x) [t](file:///etc) [u](https://) [v](http:foo) [w](?"
	  "q) [x](../up.md) [y]() [z](<a b.md>)\n"
	  "\n"
	  "![i](x.jpg) ![j](y.gif \"t'it\\\"le\") <https://auto.link/x?y=z&a> www.example.com h"
	  "ttp://foo.bar/a_b(c) foo@bar.baz\n"
	  "\n"
	  "<a href=\" java\n"
	  "script:alert(1)\">x</a> <a href=\"&#106;avascript:alert(1)\">y</a> <img src=x.svg> <"
	  "a href=\"\001javascript:x\">z</a>\n",
	  "<p><a rel=\"nofollow noopener noreferrer\">a</a> <a rel=\"nofollow noopener noreferr"
	  "er\">b</a> <a rel=\"nofollow noopener noreferrer\">c</a> <a href=\"mailto:a@b.c\" re"
	  "l=\"nofollow noopener noreferrer\">d</a> <a href=\"ftp://x/y\" rel=\"nofollow noopen"
	  "er noreferrer\">e</a> <a href=\"https://github.com/o/r/blob/HEAD//evil.com/x\" rel="
	  "\"nofollow noopener noreferrer\">f</a> <a href=\"https://github.com/o/r/blob/HEAD/ab"
	  "s\" rel=\"nofollow noopener noreferrer\">g</a> <a href=\"https://github.com/o/r/blob"
	  "/HEAD/rel.md#x\" rel=\"nofollow noopener noreferrer\">h</a> <a href=\"#frag\" rel=\""
	  "nofollow noopener noreferrer\">i</a> <a href=\"#user-content-fn-1\" rel=\"nofollow n"
	  "oopener noreferrer\">j</a> <a rel=\"nofollow noopener noreferrer\">k</a> <a rel=\"no"
	  "follow noopener noreferrer\">l</a> <a href=\"https://github.com/o/r/blob/HEAD/img.PN"
	  "G\" rel=\"nofollow noopener noreferrer\">m</a> <a href=\"https://github.com/o/r/raw/"
	  "HEAD/x.svg?sanitize=true\" rel=\"nofollow noopener noreferrer\">n</a> <a href=\"http"
	  "s://github.com/o/r/blob/HEAD/x.svg?a=b\" rel=\"nofollow noopener noreferrer\">o</a> "
	  "<a href=\"https://github.com/o/r/blob/HEAD/x.png?raw=true\" rel=\"nofollow noopener "
	  "noreferrer\">p</a> <a href=\"tel:1\" rel=\"nofollow noopener noreferrer\">q</a> <a h"
	  "ref=\"irc://x\" rel=\"nofollow noopener noreferrer\">r</a> <a rel=\"nofollow noopene"
	  "r noreferrer\">s</a> <a rel=\"nofollow noopener noreferrer\">t</a> <a rel=\"nofollow"
	  " noopener noreferrer\">u</a> <a href=\"http:foo\" rel=\"nofollow noopener noreferrer"
	  "\">v</a> <a href=\"https://github.com/o/r/blob/HEAD/?q\" rel=\"nofollow noopener nor"
	  "eferrer\">w</a> <a href=\"https://github.com/o/r/blob/HEAD/../up.md\" rel=\"nofollow"
	  " noopener noreferrer\">x</a> <a href=\"https://github.com/o/r/blob/HEAD/\" rel=\"nof"
	  "ollow noopener noreferrer\">y</a> <a href=\"https://github.com/o/r/blob/HEAD/a%20b.m"
	  "d\" rel=\"nofollow noopener noreferrer\">z</a></p>\n"
	  "<p><img src=\"https://github.com/o/r/raw/HEAD/x.jpg\" alt=\"i\"> <img src=\"https://"
	  "github.com/o/r/raw/HEAD/y.gif\" alt=\"j\" title=\"t'it&quot;le\"> <a href=\"https://"
	  "auto.link/x?y=z&amp;a\" rel=\"nofollow noopener noreferrer\">https://auto.link/x?y=z"
	  "&amp;a</a> <a href=\"http://www.example.com\" rel=\"nofollow noopener noreferrer\">w"
	  "ww.example.com</a> <a href=\"http://foo.bar/a_b(c)\" rel=\"nofollow noopener norefer"
	  "rer\">http://foo.bar/a_b(c)</a> <a href=\"mailto:foo@bar.baz\" rel=\"nofollow noopen"
	  "er noreferrer\">foo@bar.baz</a></p>\n"
	  "<p><a rel=\"nofollow noopener noreferrer\">x</a> <a rel=\"nofollow noopener noreferr"
	  "er\">y</a> <img src=\"https://github.com/o/r/raw/HEAD/x.svg?sanitize=true\"> <a href"
	  "=\"https://github.com/o/r/blob/HEAD/\357\277\275javascript:x\" rel=\"nofollow noopen"
	  "er noreferrer\">z</a></p>\n" },
	{ "tables",
	  "| a | b | c | d |\n"
	  "|---|:--|:-:|--:|\n"
	  "| 1 | 2 | 3 | 4 |\n"
	  "| `x|y` | a\\|b | **z** |\n"
	  "| 5\n"
	  "\n"
	  "text\n"
	  "\n"
	  "|h|\n"
	  "|-|\n",
	  "<table>\n"
	  "<thead>\n"
	  "<tr>\n"
	  "<th>a</th>\n"
	  "<th align=\"left\">b</th>\n"
	  "<th align=\"center\">c</th>\n"
	  "<th align=\"right\">d</th>\n"
	  "</tr>\n"
	  "</thead>\n"
	  "<tbody>\n"
	  "<tr>\n"
	  "<td>1</td>\n"
	  "<td align=\"left\">2</td>\n"
	  "<td align=\"center\">3</td>\n"
	  "<td align=\"right\">4</td>\n"
	  "</tr>\n"
	  "<tr>\n"
	  "<td>`x</td>\n"
	  "<td align=\"left\">y`</td>\n"
	  "<td align=\"center\">a|b</td>\n"
	  "<td align=\"right\"><strong>z</strong></td>\n"
	  "</tr>\n"
	  "<tr>\n"
	  "<td>5</td>\n"
	  "<td align=\"left\"></td>\n"
	  "<td align=\"center\"></td>\n"
	  "<td align=\"right\"></td>\n"
	  "</tr>\n"
	  "</tbody>\n"
	  "</table>\n"
	  "<p>text</p>\n"
	  "<table>\n"
	  "<thead>\n"
	  "<tr>\n"
	  "<th>h</th>\n"
	  "</tr>\n"
	  "</thead>\n"
	  "</table>\n" },
	{ "lists",
	  "- a\n"
	  "- b\n"
	  "\n"
	  "  c\n"
	  "- d\n"
	  "\n"
	  "1. x\n"
	  "2. y\n"
	  "\n"
	  "5) q\n"
	  "\n"
	  "- [ ] t\n"
	  "- [X] u\n"
	  "- [x] v\n"
	  "  - [ ] w\n"
	  "\n"
	  "* loose\n"
	  "\n"
	  "* items\n"
	  "\n"
	  "- [ ] a\n"
	  "\n"
	  "- [x] b\n",
	  "<ul>\n"
	  "<li>\n"
	  "<p>a</p>\n"
	  "</li>\n"
	  "<li>\n"
	  "<p>b</p>\n"
	  "<p>c</p>\n"
	  "</li>\n"
	  "<li>\n"
	  "<p>d</p>\n"
	  "</li>\n"
	  "</ul>\n"
	  "<ol>\n"
	  "<li>x</li>\n"
	  "<li>y</li>\n"
	  "</ol>\n"
	  "<ol start=\"5\">\n"
	  "<li>q</li>\n"
	  "</ol>\n"
	  "<ul>\n"
	  "<li><input type=\"checkbox\" disabled=\"\"> t</li>\n"
	  "<li><input type=\"checkbox\" checked=\"\" disabled=\"\"> u</li>\n"
	  "<li><input type=\"checkbox\" checked=\"\" disabled=\"\"> v\n"
	  "<ul>\n"
	  "<li><input type=\"checkbox\" disabled=\"\"> w</li>\n"
	  "</ul>\n"
	  "</li>\n"
	  "</ul>\n"
	  "<ul>\n"
	  "<li>\n"
	  "<p>loose</p>\n"
	  "</li>\n"
	  "<li>\n"
	  "<p>items</p>\n"
	  "</li>\n"
	  "</ul>\n"
	  "<ul>\n"
	  "<li><input type=\"checkbox\" disabled=\"\"> \n"
	  "<p>a</p>\n"
	  "</li>\n"
	  "<li><input type=\"checkbox\" checked=\"\" disabled=\"\"> \n"
	  "<p>b</p>\n"
	  "</li>\n"
	  "</ul>\n" },
	{ "inlines",
	  "*e* **s** ***b*** ~~del~~ ~one~ `c` <u>u</u> a  \n"
	  "br\\\n"
	  "br2\n"
	  "soft\n"
	  "\n"
	  "---\n"
	  "\n"
	  "> quote\n"
	  "> > nested\n"
	  "\n"
	  "&amp; &lt; &copy; \302\240nbsp \"q\" 's' <b>x\n"
	  "\n"
	  "\\*esc\\* H~2~O 1 < 2 > 0 && x\n",
	  "<p><em>e</em> <strong>s</strong> <em><strong>b</strong></em> <del>del</del> <del>one"
	  "</del> <code>c</code> <u>u</u> a<br>\n"
	  "br<br>\n"
	  "br2\n"
	  "soft</p>\n"
	  "<hr>\n"
	  "<blockquote>\n"
	  "<p>quote</p>\n"
	  "<blockquote>\n"
	  "<p>nested</p>\n"
	  "</blockquote>\n"
	  "</blockquote>\n"
	  "<p>&amp; &lt; \302\251 &nbsp;nbsp \"q\" 's' <b>x</b></p><b>\n"
	  "<p>*esc* H<del>2</del>O 1 &lt; 2 &gt; 0 &amp;&amp; x</p>\n"
	  "</b>" },
	{ "misnested HTML",
	  "<ul><li>a<li>b</ul><table><tr><td>x</table><b><p>y</b>z</p><center>c</center><font c"
	  "olor=red>f</font><marquee>m</marquee><form action=x><button>b</button></form>\n",
	  "<ul><li>a</li><li>b</li></ul><table><tbody><tr><td>x</td></tr></tbody></table><b></b"
	  "><p><b>y</b>z</p><center>c</center>fmb\n" },
	{ "other namespaces",
	  "<svg><a href=\"javascript:x\"><text>t</text></a><style>s</style></svg><math><mi>m</m"
	  "i></math><template><b>x</b></template><noscript><b>n</b></noscript><object data=x>o<"
	  "/object><embed src=x><video src=x>v</video><base href=x><meta http-equiv=refresh><li"
	  "nk rel=stylesheet href=x>\n",
	  "<p>t&lt;style&gt;s&lt;/style&gt;m<b>n</b>ov</p>\n" },
	{ "references",
	  "[a][b] [c] ![d][e]\n"
	  "\n"
	  "[b]: http://x \"t\"\n"
	  "[c]: <rel path>\n"
	  "[e]: e.png\n",
	  "<p><a href=\"http://x\" title=\"t\" rel=\"nofollow noopener noreferrer\">a</a> <a hr"
	  "ef=\"https://github.com/o/r/blob/HEAD/rel%20path\" rel=\"nofollow noopener noreferre"
	  "r\">c</a> <img src=\"https://github.com/o/r/raw/HEAD/e.png\" alt=\"d\"></p>\n" },
	{ "alt texts",
	  "![a *b* `c` <b>x</b> [l](u) ![n](m)\n"
	  "soft](i.png)\n",
	  "<p><img src=\"https://github.com/o/r/raw/HEAD/i.png\" alt=\"a b c &lt;b&gt;x&lt;/b&g"
	  "t; l n soft\"></p>\n" },
	{ "ids",
	  "<h1 id=x>a</h1><div id=y>b</div><a id=user-content-z>c</a><li id=\"fn-1\">d</li>\n",
	  "<h1 id=\"user-content-x\">a</h1><div>b</div><a id=\"user-content-z\" rel=\"nofollow "
	  "noopener noreferrer\">c</a><li id=\"user-content-fn-1\">d</li>\n" },
	{ "CRLF",
	  "# a\r\n"
	  "\r\n"
	  "b\r\n"
	  "c\r\n"
	  "\r\n"
	  "| a | b |\r\n"
	  "|---|---|\r\n"
	  "| 1 | 2 |\r\n"
	  "\r\n"
	  "```rust\r\n"
	  "x\r\n"
	  "```\r\n"
	  "- [ ] t\r\n",
	  "<h1 id=\"user-content-a\">a<a href=\"#user-content-a\" aria-label=\"Link to heading "
	  "'a'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n"
	  "<p>b\n"
	  "c</p>\n"
	  "<table>\n"
	  "<thead>\n"
	  "<tr>\n"
	  "<th>a</th>\n"
	  "<th>b</th>\n"
	  "</tr>\n"
	  "</thead>\n"
	  "<tbody>\n"
	  "<tr>\n"
	  "<td>1</td>\n"
	  "<td>2</td>\n"
	  "</tr>\n"
	  "</tbody>\n"
	  "</table>\n"
	  "<pre><code class=\"language-rust\">x\n"
	  "</code></pre>\n"
	  "<ul>\n"
	  "<li><input type=\"checkbox\" disabled=\"\"> t</li>\n"
	  "</ul>\n" },
	{ "a byte order mark", "\357\273\277# x\n",
	  "<h1 id=\"user-content-x\">x<a href=\"#user-content-x\" aria-label=\"Link to heading "
	  "'x'\" rel=\"nofollow noopener noreferrer\"></a></h1>\n" },
};

static struct text render(struct arena *a, struct text md, const char *path, const char *repository,
			  const char *path_in_vcs, bool *ret_plain)
{
	struct readme_in in = { .text = md,
				.path = text_from(path),
				.repository = text_from(repository),
				.path_in_vcs = text_from(path_in_vcs) };

	return readme_render(a, &in, ret_plain);
}

static void elements(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		bool plain;
		struct text html = render(a, text_from(golden[i].in), "README.md",
					  "https://github.com/o/r", NULL, &plain);

		check_text_of(golden[i].name, html, golden[i].out);
		assert_false(plain);
		assert_null(safe_html_check(html));
	}
}

static void renderer_by_extension(void **state)
{
	static const struct {
		const char *path;
		bool markdown;
	} t[] = {
		{ "README", true },       { "readme.md", true },      { "README.MARKDOWN", true },
		{ "a.mkd", true },        { "a/b.c/readme", true },   { ".md", true },
		{ "a.mdown", true },      { "a.mdwn", true },         { "a.mkdn", true },
		{ "a.mkdown", true },     { "readme.txt", false },    { "readme.org", false },
		{ "readme.adoc", false }, { "readme.md.txt", false }, { "readme.", false },
		{ "a.mdx", false },
	};
	struct arena *a = check_arena(state);
	bool plain;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].path,
			      render(a, TEXT("*a* <'\"&>\n"), t[i].path, NULL, NULL, &plain),
			      t[i].markdown ? "<p><em>a</em> &lt;'\"&amp;&gt;</p>\n"
					    : "*a* &lt;&#x27;&quot;&amp;&gt;<br>\n");
	check_text_of("empty", render(a, TEXT(""), "a.txt", NULL, NULL, &plain), "");
	check_text_of("empty", render(a, TEXT(""), "a.md", NULL, NULL, &plain), "");
}

static void where_links_lead(void **state)
{
	static const struct {
		const char *repository, *path, *path_in_vcs, *url, *want; /* NULL: no href */
	} t[] = {
		{ "https://github.com/o/r", "README.md", NULL, "x",
		  "https://github.com/o/r/blob/HEAD/x" },
		{ "https://github.com/o/r/", "README.md", "", "/x",
		  "https://github.com/o/r/blob/HEAD/x" },
		{ "https://gitlab.com/o/r.git", "a/README.md", "c", "x.md#y",
		  "https://gitlab.com/o/r/blob/HEAD/c/a/x.md#y" },
		{ "https://bitbucket.org/o/r.git/", "README.md", "c/d/", "x",
		  "https://bitbucket.org/o/r/blob/HEAD/c/d/x" },
		{ "HTTPS://GitHub.com/o/r", "README.md", NULL, "x",
		  "https://github.com/o/r/blob/HEAD/x" },
		{ "https://github.com/o/r/tree/main/c", "README.md", NULL, "x",
		  "https://github.com/o/r/tree/main/c/blob/HEAD/x" },
		{ "https://github.com", "README.md", NULL, "x", "https://github.com/blob/HEAD/x" },
		{ "https://u@github.com:443/o/r", "README.md", NULL, "x",
		  "https://github.com:443/o/r/blob/HEAD/x" },
		{ "https://github.com/o/r", "README.md", NULL, "x.svg",
		  "https://github.com/o/r/raw/HEAD/x.svg?sanitize=true" },
		{ "https://github.com/o/r", "README.md", NULL, "x?y.svg",
		  "https://github.com/o/r/raw/HEAD/x?y.svg&amp;sanitize=true" },
		{ "https://github.com/o/r", "README.md", NULL, "x#y.svg",
		  "https://github.com/o/r/raw/HEAD/x?sanitize=true#y.svg" },
		{ "https://github.com/o/r", "README.md", NULL, "x.webp",
		  "https://github.com/o/r/raw/HEAD/x.webp" },
		{ "https://github.com/o/r", "README.md", NULL, "x.PNG",
		  "https://github.com/o/r/blob/HEAD/x.PNG" },
		{ "https://github.com/o/r", "README.md", NULL, "../x",
		  "https://github.com/o/r/blob/HEAD/../x" },
		{ "https://github.com/o/r", "README.md", NULL, "//evil.com/x",
		  "https://github.com/o/r/blob/HEAD//evil.com/x" },
		{ "https://github.com/o/r", "README.md", NULL, "#x", "#x" },
		{ "https://github.com/o/r", "README.md", NULL, "#fnref-x",
		  "#user-content-fnref-x" },
		{ "https://github.com/o/r", "README.md", NULL, "::x", NULL },
		{ "https://github.com.evil.com/o/r", "README.md", NULL, "x", NULL },
		{ "https://evil.com/github.com", "README.md", NULL, "x", NULL },
		{ "https://github.com@evil.com/", "README.md", NULL, "x", NULL },
		{ "javascript://github.com/%0aalert(1)//", "README.md", NULL, "x", NULL },
		{ "github.com/o/r", "README.md", NULL, "x", NULL },
		{ NULL, "README.md", NULL, "x", NULL },
		{ NULL, "README.md", NULL, "#x", "#x" },
		{ NULL, "README.md", NULL, "http://a.b/x", "http://a.b/x" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		bool plain;
		struct text want = TEXT("<p><a rel=\"nofollow noopener noreferrer\">t</a></p>\n");
		struct text got = render(a, text_fmt(a, "[t](%s)\n", t[i].url), t[i].path,
					 t[i].repository, t[i].path_in_vcs, &plain);

		if (t[i].want)
			want = text_fmt(a,
					"<p><a href=\"%s\" rel=\"nofollow noopener "
					"noreferrer\">t</a></p>\n",
					t[i].want);
		check_text_of(t[i].repository ? t[i].repository : "none", got, text_z(a, want));
	}
}

/* ---- slow on purpose: cmark-gfm or gumbo alone take from seconds to minutes for some of these */

struct slow {
	const char *name;
	const char *head, *part, *tail;
	size_t times;
	bool plain;
};

static const struct slow slow[] = {
	{ "quotes in one line", "", ">", "", 40000, true },
	{ "quotes, a line each", "> > > > > > > > > > > > > > > > a\n", "> > > > > > > > > a\n", "",
	  20000, false },
	{ "lists in one line", "", "- ", "a\n", 40000, true },
	{ "numbered lists", "", "1. ", "a\n", 40000, true },
	{ "footnotes in footnotes", "", "[^a]: ", "a\n", 40000, true },
	{ "a rule is no list", "", "* ", "\n", 40000, false },
	{ "blank lines in lists", "- - - - - - - - - - - - - - - - a\n", "\n", "b", 400000, false },
	{ "brackets", "", "[", "", 50000, false },
	{ "images", "", "![[[[", "", 50000, false },
	{ "nested brackets", "", "[a](", "", 50000, false },
	{ "links in brackets", "[[[[[[[[[[[[[", "[a](b)", "", 15000, false },
	{ "stars", "", "*a ", "", 50000, false },
	{ "stars and underscores", "", "*a_ ", "", 50000, false },
	{ "underscores", "", "_a", "", 200000, false },
	{ "strong", "", "a**b", "", 100000, false },
	{ "tildes", "", "~a ", "", 100000, false },
	{ "backticks", "", "a``b```c````", "", 40000, false },
	{ "less-than", "", "<", "", 500000, true },
	{ "processing instructions", "x ", "<?", "", 250000, true },
	{ "declarations", "x ", "<!A ", "", 120000, true },
	{ "CDATA", "x ", "<![CDATA[", "", 55000, true },
	{ "comments", "x ", "<!--", "", 120000, true },
	{ "a URL's parentheses", "http://a", ")", "", 500000, true },
	{ "addresses", "", "a@b", "", 160000, false },
	{ "ampersands", "", "&a", "", 100000, false },
	{ "columns", "", "|", "\n|-|-|\n", 100000, true },
	{ "rows", "a|b\n-|-\n", "c|d\n", "", 10001, true },
	{ "fewer rows", "a|b\n-|-\n", "c|d\n", "", 9000, false },
	{ "short rows are filled up",
	  "|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|a|\n|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|\n",
	  "|\n", "", 2000, true },
	{ "lines above a table", "", "a\n", "-|-\n", 200000, true },
	{ "pipes in code", "```\n", "a|b\n-|-\n", "```\n", 20000, false },
	{ "divs", "", "<div>", "", 25000, false },
	{ "divs and their ends", "", "<div>", "</div>", 25000, false },
	{ "bold", "", "<b>", "", 20000, false },
	{ "bold paragraphs", "<div>\n", "<b><p>", "", 80000, false },
	{ "tables in tables", "<div>\n", "<table><tr><td>", "", 30000, false },
	{ "links across blocks", "<div>\n", "<a><div>", "", 15000, false },
	{ "ends of nothing", "<div>\n<b><b><b><b><b><b><b><b>", "</i>", "", 120000, false },
	{ "ends of paragraphs", "<div>\n", "</p>", "", 120000, false },
	{ "fonts", "<div>\n", "<font a=1>", "", 50000, false },
	{ "svg", "<div>\n", "<svg><b>", "", 60000, false },
	{ "templates", "<div>\n", "<template>", "", 50000, false },
	{ "same headings", "", "# a\n", "", 9000, false },
	{ "too many headings", "", "# a\n", "", 120000, true },
	{ "references",
	  "[a]: /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n",
	  "[a]", "", 150000, true },
	{ "one byte too many", "", "a ", "", 256 * 1024 + 1, true },
	{ "just enough", "", "a ", "", 256 * 1024, false },
	{ "no UTF-8", "", "\xff", "", 160000, false },
};

/* A sanitizer makes the parsers slower, so some of these run into the bound of CPU time. */
#ifdef __SANITIZE_ADDRESS__
static const bool slow_build = true;
#else
static const bool slow_build = false;
#endif

static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void slow_texts_are_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
		struct arena *a = arena_new(0);
		struct buf b = buf_init(a, 4 * README_MAX_IN);
		double start = cpu_s();
		struct text html;
		const char *why;
		bool plain;

		buf_add(&b, text_from(slow[i].head));
		for (size_t k = 0; k < slow[i].times; k++)
			buf_add(&b, text_from(slow[i].part));
		buf_add(&b, text_from(slow[i].tail));
		html = render(a, buf_text(&b), "README.md", "https://github.com/o/r", NULL, &plain);
		if (cpu_s() - start > 8)
			fail_msg("%s: %.1f s", slow[i].name, cpu_s() - start);
		if (plain != slow[i].plain && (!plain || !slow_build))
			fail_msg("%s: %s", slow[i].name, plain ? "plain" : "rendered");
		if (html.n > README_MAX_OUT)
			fail_msg("%s: %zu bytes", slow[i].name, html.n);
		why = safe_html_check(html);
		if (why)
			fail_msg("%s: %s", slow[i].name, why);
		arena_free(a);
	}
}

static void nesting_is_counted_exactly(void **state)
{
	static const struct {
		const char *part;
		size_t most;
	} t[] = { { ">", 64 }, { "> ", 64 }, { "- ", 64 }, { "1. ", 64 }, { "+ > ", 32 } };
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf b = buf_init(a, 4096);

		for (size_t k = 0; k < t[i].most; k++)
			buf_add(&b, text_from(t[i].part));
		assert_true(readme_is_harmless(text_fmt(a, "%.*s a", TEXT_F(buf_text(&b)))));
		assert_false(readme_is_harmless(
			text_fmt(a, "%.*s%s a", TEXT_F(buf_text(&b)), t[i].part)));
		/* Not in code. */
		assert_true(readme_is_harmless(
			text_fmt(a, "```\n%.*s%s a\n```\n", TEXT_F(buf_text(&b)), t[i].part)));
		assert_true(readme_is_harmless(
			text_fmt(a, "    %.*s%s a\n", TEXT_F(buf_text(&b)), t[i].part)));
	}
}

static void lists_that_grow_inwards(void **state)
{
	struct arena *a = check_arena(state);

	for (size_t most = 60; most < 70; most++) {
		struct buf b = buf_init(a, 64 * 1024);

		for (size_t k = 0; k < most; k++) {
			for (size_t i = 0; i < 2 * k; i++)
				buf_byte(&b, ' ');
			buf_add(&b, TEXT("- a\n"));
		}
		assert_int_equal(readme_is_harmless(buf_text(&b)), most <= README_MAX_NESTING);
	}
	/* As many items side by side are nothing. */
	assert_true(readme_is_harmless(TEXT("- a\n  - b\n- c\n  - d\n\n1. x\n\n   > y\n")));
}

static void plain_text_says_so(void **state)
{
	struct arena *a = check_arena(state);
	struct buf b = buf_init(a, 8 * README_MAX_IN);
	struct text html;
	bool plain;

	for (size_t i = 0; i < 100; i++)
		buf_byte(&b, '>');
	html = render(a, text_fmt(a, "\n<b>&\"\n%.*s", TEXT_F(buf_text(&b))), "README.md", NULL,
		      NULL, &plain);
	assert_true(plain);
	assert_true(text_starts(
		html,
		TEXT("<p><em>This README is too large or too deeply nested to be rendered; here is "
		     "its text.</em></p>\n<pre>\n\n&lt;b&gt;&amp;&quot;\n&gt;&gt;")));
	assert_true(text_ends(html, TEXT("&gt;&gt;</pre>\n")));
	/* What does not fit as JSON is cut between characters, and the cut is told. */
	while (b.n < 6 * README_MAX_IN)
		buf_add(&b, TEXT("\"\xc3\xa9\n"));
	html = render(a, buf_text(&b), "README.md", NULL, NULL, &plain);
	assert_true(plain && html.n <= README_MAX_OUT);
	assert_true(text_ends(
		html, TEXT("</pre>\n<p><em>The rest of it is too long to be shown.</em></p>\n")));
	assert_null(safe_html_check(html));
	html = render(a, buf_text(&b), "README.txt", NULL, NULL, &plain);
	assert_true(!plain && html.n <= README_MAX_OUT);
	assert_true(
		text_ends(html, TEXT("<br>\n[The rest of this file is too long to be shown.]")));
}

/* A README of nearly all that may be, with code that would go beyond it if it were coloured. */
static void colours_cost_no_readme_its_html(void **state)
{
	enum { HEADINGS = 10000, CODE = 8000 };
	struct arena *a = check_arena(state);
	struct buf b = buf_init(a, README_MAX_IN), code = buf_init(a, README_MAX_IN);
	struct text html, fence = TEXT("```rust\n"), end = TEXT("\n```\n");
	size_t of_one, n = 0;
	bool plain;

	for (; n < HEADINGS; n++)
		buf_add(&b, TEXT("# a\n"));
	html = render(a, buf_text(&b), "README.md", NULL, NULL, &plain);
	of_one = readme_json_size(html) / n + 2;
	for (; n < (README_MAX_OUT - CODE * 10) / of_one; n++)
		buf_add(&b, TEXT("# a\n"));
	for (size_t i = 0; i < CODE; i++)
		buf_add(&code, TEXT("1 "));
	html = render(a, text_fmt(a, "%.*s%.*s", TEXT_F(fence), TEXT_F(buf_text(&code))),
		      "README.md", NULL, NULL, &plain);
	assert_true(!plain && text_find(html, TEXT("<span class=\"n\">1</span>")) < html.n);
	html = render(a,
		      text_fmt(a, "%.*s%.*s%.*s", TEXT_F(buf_text(&b)), TEXT_F(fence),
			       TEXT_F(buf_text(&code))),
		      "README.md", NULL, NULL, &plain);
	assert_true(!plain && text_find(html, TEXT("<span")) == html.n);
	html = render(
		a, text_fmt(a, "%.*s%.*s1%.*s", TEXT_F(buf_text(&b)), TEXT_F(fence), TEXT_F(end)),
		"README.md", NULL, NULL, &plain);
	assert_true(!plain && text_find(html, TEXT("<span class=\"n\">1</span>")) < html.n);
}

static void ids_are_given_once(void **state)
{
	static const char *const t[][2] = {
		{ "Stuff", "stuff" },
		{ "Stuff", "stuff-1" },
		{ "stuff-1", "stuff-1-1" },
		{ "STUFF", "stuff-2" },
		{ "", "" },
		{ "!!", "-1" },
		{ "a b  c", "a-b--c" },
		{ "x_y-z.1", "x_y-z1" },
		{ "\xc3\x89t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "\xe2\x80\xbf", "\xe2\x80\xbf" },
		{ "\xf0\x9f\xa6\x80 crab", "-crab" },
	};
	struct slugs *s = slugs_new(check_arena(state));

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i][0], slugs_add(s, text_from(t[i][0])), t[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements),
		cmocka_unit_test(renderer_by_extension),
		cmocka_unit_test(where_links_lead),
		cmocka_unit_test(slow_texts_are_harmless),
		cmocka_unit_test(nesting_is_counted_exactly),
		cmocka_unit_test(lists_that_grow_inwards),
		cmocka_unit_test(plain_text_says_so),
		cmocka_unit_test(colours_cost_no_readme_its_html),
		cmocka_unit_test(ids_are_given_once),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
