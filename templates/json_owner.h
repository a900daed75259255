/* JSON of owners and invitations: contract/api.md 7.3 and 7.7. */
#pragma once

#include "app/base/jw.h"
#include "db/invitation.h"
#include "db/owner.h"
#include "db/team_view.h"

void json_owner(struct jw *j, const struct owner_view *o);

/* Team under the key */
void json_team(struct jw *j, const char *key, const struct team_view *t);

/* InvitationV1, and Invitation */
void json_invitation_v1(struct jw *j, const struct invitation_view *i);
void json_invitation(struct jw *j, const struct invitation_view *i);
