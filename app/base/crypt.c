#include "app/base/crypt.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/hash.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16 };

/* ---- AES-256-GCM */

static int int_of(size_t n)
{
	BUG_ON(n > INT_MAX);
	return (int)n;
}

struct text seal(struct arena *a, const unsigned char *key, struct text plain)
{
	unsigned char *out = arena_alloc(a, plain.n + SEAL_EXTRA_BYTES);
	unsigned char *text = out + NONCE_BYTES, *tag = text + plain.n;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	BUG_ON(!c);
	random_bytes(out, NONCE_BYTES);
	BUG_ON(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, out) != 1);
	BUG_ON(EVP_EncryptUpdate(c, text, &n, (const unsigned char *)plain.p, int_of(plain.n)) !=
	       1);
	BUG_ON(EVP_EncryptFinal_ex(c, text + n, &n) != 1);
	BUG_ON(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) != 1);
	EVP_CIPHER_CTX_free(c);
	return (struct text){ (const char *)out, plain.n + SEAL_EXTRA_BYTES };
}

struct wiped {
	unsigned char *p;
	size_t n;
};

static void wipe(void *ctx)
{
	const struct wiped *w = ctx;

	secret_wipe(w->p, w->n);
}

bool seal_open(struct arena *a, const unsigned char *key, struct text sealed, struct secret *ret)
{
	const unsigned char *in = (const unsigned char *)sealed.p;
	struct wiped *w = arena_alloc(a, sizeof(*w));
	unsigned char tag[TAG_BYTES];
	EVP_CIPHER_CTX *c;
	bool good;
	int n = 0, last = 0;

	if (sealed.n < SEAL_EXTRA_BYTES)
		return false;
	w->n = sealed.n - SEAL_EXTRA_BYTES;
	w->p = arena_alloc(a, w->n + TAG_BYTES);
	arena_defer(a, wipe, w);
	memcpy(tag, in + NONCE_BYTES + w->n, TAG_BYTES);
	c = EVP_CIPHER_CTX_new();
	BUG_ON(!c);
	good = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, in) == 1 &&
	       EVP_DecryptUpdate(c, w->p, &n, in + NONCE_BYTES, int_of(w->n)) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
	       EVP_DecryptFinal_ex(c, w->p + n, &last) == 1;
	EVP_CIPHER_CTX_free(c);
	if (good)
		ret->value = (struct text){ (const char *)w->p, w->n };
	return good;
}

/* ---- ECDSA */

static EVP_PKEY *read_key(struct text pem)
{
	BIO *in = BIO_new_mem_buf(pem.p ? pem.p : "", int_of(pem.n));
	EVP_PKEY *key;
	char curve[32] = "";

	BUG_ON(!in);
	key = PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
	(void)BIO_free(in);
	if (key && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) == 1 &&
	    text_eq(text_from(curve), TEXT("prime256v1")))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

bool p256_is_der(struct text signature)
{
	const unsigned char *p = (const unsigned char *)signature.p;
	ECDSA_SIG *s = signature.n && signature.n <= 80 ? d2i_ECDSA_SIG(NULL, &p, (long)signature.n)
							: NULL;
	bool whole = s && p == (const unsigned char *)signature.p + signature.n;

	ECDSA_SIG_free(s);
	return whole;
}

enum p256_verdict p256_verify(struct text pem, struct text signature, struct text message)
{
	enum p256_verdict verdict = P256_NOT_HERS;
	EVP_PKEY *key = read_key(pem);
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	BUG_ON(!c);
	if (!key)
		verdict = P256_NO_KEY;
	else if (!p256_is_der(signature))
		verdict = P256_NO_DER;
	else if (EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		 EVP_DigestVerify(c, (const unsigned char *)signature.p, signature.n,
				  (const unsigned char *)message.p, message.n) == 1)
		verdict = P256_GOOD;
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(key);
	ERR_clear_error(); /* what failed above stays in OpenSSL's queue, where libcurl would find it */
	return verdict;
}
