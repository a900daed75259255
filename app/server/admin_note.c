#include "app/server/admin_note.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"

enum { DETAIL_MAX_BYTES = 16 * 1024 }; /* a message has YANK_MESSAGE_MAX_BYTES */

struct audit_entry admin_note(const struct req *r, const char *action)
{
	return (struct audit_entry){
		.user_id = r->user.id,
		.actor = r->user.login,
		.action = action,
		.address = r->remote_ip,
		.tell = true,
	};
}

const struct audit_entry *admin_yank_note(const struct req *r, bool yank, struct text num,
					  struct text message)
{
	struct buf b = buf_init(r->arena, DETAIL_MAX_BYTES);
	struct jw j = jw_init(&b);
	struct audit_entry *note;

	if (!r->user.as_admin)
		return NULL;
	note = arena_alloc(r->arena, sizeof(*note));
	*note = admin_note(r, yank ? "version_yank" : "version_unyank");
	jw_object(&j, NULL);
	jw_text(&j, "version", num);
	if (message.p)
		jw_text(&j, "reason", message);
	jw_end(&j);
	note->detail = buf_text(&b);
	return note;
}
