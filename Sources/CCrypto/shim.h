#pragma once
// The door to OpenSSL's libcrypto: no logic. All that is used has stood unchanged since OpenSSL 1.1.
#include <openssl/err.h>
#include <openssl/evp.h>
