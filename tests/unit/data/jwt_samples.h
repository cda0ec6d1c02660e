/* SPDX-License-Identifier: MIT */
/*
 * jwt_samples: keys and tokens made with the Python package `cryptography`, whose private keys are
 * gone. At SAMPLE_NOW they are what their names say.
 */
#ifndef PORTCULLIS_TESTS_UNIT_DATA_JWT_SAMPLES_H
#define PORTCULLIS_TESTS_UNIT_DATA_JWT_SAMPLES_H

#define SAMPLE_NOW      1790000000LL
#define SAMPLE_ISSUER   "https://login.example"
#define SAMPLE_AUDIENCE "https://gate.example/mcp"

static const char sample_keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r1\",\"n\":\"qUc4rOPW3zAwIO7-MVJF4aymhdU_SXvE"
    "0InuOYPlxhq2jqlt_VW9mleB3w484i3DyzcALGxuAOnXfNIeLKVAm3eZz1NMF7pPN4_vVa"
    "mtnt2iEYOeM3aG4_CGEvHJoPY7xaVYrURJUeqSuxZ7-p9eG_cl1J4xJ6AORZrTUc6-MR9W"
    "zuUHIXIBZdo55dtJGN1ydg-LVFSeoPVZj1XR0pB5hFrXV0IZAxABz1BPYrJOHmB9FN_eee"
    "7VC3O0CrA-LAPiwHThXwybS34wwDZHRRCCSETLagIz-Mzc9MbMFk6nPTbJtKY04aMMxWHQ"
    "adhyw8yGRcFfe9KwQYlaCfwSolkdpQ\",\"e\":\"AQAB\",\"use\":\"sig\"},{\"kty\":\"EC\",\"c"
    "rv\":\"P-256\",\"kid\":\"e1\",\"x\":\"-cteETaoJMqRc2W8AWF6gHSFfEv-DRblVgEbHhIiqy"
    "s\",\"y\":\"lr6RlR0BfaGeH8xk1VoigcuOWhier14V43kxWRUyvpw\",\"use\":\"sig\",\"alg\""
    ":\"ES256\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"d1\",\"x\":\"qRx4q8pu2n8S4UW"
    "6mt7c5YfvZTXhVJnSdrY4KCPnDCM\"},{\"kty\":\"RSA\",\"kid\":\"weak\",\"n\":\"u0SQm9tr"
    "_XBw84ESFFPOmVbyPE8KiKc9cAa9Q7nAjyjhb3zn6N6Ae9IY86jXRt5NRLuwgnaqKibeMT"
    "1xTwNvKIqk3ENpwnkT8KYhszxATkysBp6CAf6TWTJ-LD29CXyYkUG0qcqriw0xfBVcUbe_"
    "yqQgwef4jHDYWICCtqyS2T0\",\"e\":\"AQAB\"},{\"kty\":\"RSA\",\"kid\":\"enc\",\"n\":\"qUc"
    "4rOPW3zAwIO7-MVJF4aymhdU_SXvE0InuOYPlxhq2jqlt_VW9mleB3w484i3DyzcALGxuA"
    "OnXfNIeLKVAm3eZz1NMF7pPN4_vVamtnt2iEYOeM3aG4_CGEvHJoPY7xaVYrURJUeqSuxZ"
    "7-p9eG_cl1J4xJ6AORZrTUc6-MR9WzuUHIXIBZdo55dtJGN1ydg-LVFSeoPVZj1XR0pB5h"
    "FrXV0IZAxABz1BPYrJOHmB9FN_eee7VC3O0CrA-LAPiwHThXwybS34wwDZHRRCCSETLagI"
    "z-Mzc9MbMFk6nPTbJtKY04aMMxWHQadhyw8yGRcFfe9KwQYlaCfwSolkdpQ\",\"e\":\"AQAB"
    "\",\"use\":\"enc\"},{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"h1\"},{\"kty\":\"EC\",\"cr"
    "v\":\"P-256\",\"kid\":\"off\",\"x\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
    "E\",\"y\":\"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\"},{\"kty\":\"EC\",\"crv"
    "\":\"P-521\",\"kid\":\"p521\",\"x\":\"AA\",\"y\":\"AA\"},5]}";

static const struct sample {
    const char *name, *token, *reason; /* "" = good */
} samples[] = {
    {"RS256",
     "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InIxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.NkN4Dc9-4FR2ELusOJo_nxI91fDJY7-Pc5SGcI9_VMME4pRGAV8TVz9-T"
     "iS9YXgVPnNOhu5wLqOjX6ArnmmKGSpIvYNrRIzMfTvY9A9bZuHpEYCDkc6l7gEk5r-pKyu"
     "tEszObwZj6DPTfYdzuaZbFc7sEOtdVnXdrtdXm7V-7p6I7X4OxraA2zAIa-kKbXGZlJ5xm"
     "TsbzIX-UickXMWrQ3JnZlwwASCDo74RL4LbJbhQp7yO1Cc_SkgAnwONdzFWuIbxQFxoaU2"
     "9aHK0mMWZ7594DEg4oqG6SGaekYPc9u7EH6_gr_d1PPN-3fFLtVIMY-WjXssavoK-_VeTe"
     "gPWSw",
     ""},
    {"PS256",
     "eyJhbGciOiJQUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InIxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.p6-BuoaF90VyyY4P8FebqjV15w11Nac6YxTJFKthovga_-zTn54QSqdrN"
     "dQhAI6BhnhQdWmee2HXxJyFgSZqReLffpoLddF9UdvU_KWXKte_eJwRrh0oEc7hQKOXkXA"
     "PluKvrYG8FKyhgNHRZP1QNt5msoN2m9CJRvLGRDa6eU7WCkkW5cUqm3ceiZ03zZSX792GK"
     "npMwVNhH0kdjZPhzy2MWI_oDTP9qDJG9NQ9mL7VuzaznPG8cInV4tsdmByNBn4jcPROqkp"
     "gBSj4w94B4jcmUYllqStVNG6uGlQM9A6BqLpSUp5wJuO2PpBXmVjrXMPRj9ZvkocTOtZOU"
     "qkkmA",
     ""},
    {"ES256",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t7MdK_g-qOf1-9Depwq"
     "RXdsnt134o3K49Cx4CCBhc9IkGlxg",
     ""},
    {"EdDSA",
     "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImQxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.vrnKoUpm27dRmCTFTHsBuT6L2IuROiHCM5IaSi3ZKdzyT6N-cg7EnWAuv"
     "BxK5hyYT52l6R-e1v-9HZR81_azCg",
     ""},
    {"no kid",
     "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2xvZ2luL"
     "mV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3AiLCJzdWIiOiJhbm4"
     "iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsI"
     "mV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.Bm"
     "K4dSzsx5UHgnOZJYtQ7qnuXR9CY0QqnVFunt9IS7-gD-gxvNuB8MebWHw8At8YGUikyzSo"
     "niWySORgf0StDw",
     ""},
    {"typ JWT",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwcz"
     "ovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3AiLCJz"
     "dWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpcz"
     "p0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAw"
     "MDAwMDB9.2QToHVhLaGRNEfB5C-IXR00ccmYp-KTOicCqxib3gTf4aBVddlJecPsnlt6OL"
     "YXld7vo3SRIqUEL1AWHiDee8Q",
     ""},
    {"no typ",
     "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW"
     "1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3AiLCJzdWIiOiJhbm4iLCJz"
     "Y29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsImV4cC"
     "I6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.n3EpHT9"
     "UgVr-gnCKYLS3iB3Tb5n6-34HmOQrvVHxoRZGT7UCc4PYP5AsH23pEhzUMfSxriJ8YG2Wc"
     "FCJfVcoPw",
     ""},
    {"aud list",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOlsieCIsImh0dHBzOi8vZ2F0ZS5leGFtcGxl"
     "L21jcCJdLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG"
     "9ydGN1bGxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJu"
     "YmYiOjE3OTAwMDAwMDB9.3qnaH97Un9Nq-koNeCq81grzQMuDruUxpMZEpodVV4y2tYiES"
     "9H3besHbun03tWj1Lyz6mt26jqrogt6egANCQ",
     ""},
    {"client_id",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsIm"
     "V4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDAsImNs"
     "aWVudF9pZCI6InJvYm90In0.VEKlEq2VSGmO6MtPJH_Kwx76ua2O2vu2KMdTW6UGouOibo"
     "dKeAhsfTdYpcvhZj31YEY-20JKxpMtBYiULQED2w",
     ""},
    {"within leeway",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc4OTk5OTk3MCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMzB9.rkBVboAYMIqnqqQTCAp0r2gqAYBk52R0OTR5y9V_24CXKH-TVBNoPf_w_"
     "KWMCvoQmIqJveywaDEQzrgdX-q17A",
     ""},
    {"fraction",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMC41LCJpYXQiOjE3OTAwMDAwMDAsIm5iZiI6"
     "MTc5MDAwMDAwMH0.YLMt70xkJak5AKmOte-eK2M7rHwvUEx_-qGwYZa_jAPw0kFxSkeFjR"
     "cYGSAGeSe5iAjonnmDJqUk6FgcpFadCg",
     ""},
    {"none",
     "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiZTEifQ.eyJpc3MiOiJodHR"
     "wczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3AiL"
     "CJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGx"
     "pczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3O"
     "TAwMDAwMDB9.",
     "JWT_ALG"},
    {"HS256 by the public key",
     "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InIxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.2gyZW8stVT727FHw-soNm8c3a-5Dk9mKIF23Tig6jUM",
     "JWT_ALG"},
    {"HS256 by a key of the set",
     "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImgxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.Y1hpjeqtcGbpq6RjArGfV5_Tui7zEmbtQGO5Dx6bXTE",
     "JWT_ALG"},
    {"RS384",
     "eyJhbGciOiJSUzM4NCIsInR5cCI6ImF0K2p3dCIsImtpZCI6InIxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.",
     "JWT_ALG"},
    {"kid of another kind",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6InIxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.VQB4nqMkLfooqKcjoVIvvBtkerYT8Cbs2mgzWMYpxAFyoJsXWpJpMphE1"
     "SP1dmsvQLpVtutq3ejqAbFGxQfrZA",
     "JWT_KEY"},
    {"unknown kid",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUyIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.Ou8RTmG-vREVfH4U6v0u-DpjXs4JmuVREz-BjhIE7XvUg8jvWJ6Uqmtyy"
     "InF7p2KJTwDhnxGENxWGnEt1OjQiQ",
     "JWT_KEY"},
    {"weak key",
     "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IndlYWsifQ.eyJpc3MiOiJ"
     "odHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY"
     "3AiLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN"
     "1bGxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiO"
     "jE3OTAwMDAwMDB9.ZLVkdr5o3yylr7-WycVihJvifrmoYDFrDyF7GFgkZCxZJTi3zI3EsD"
     "xykmiebUCtHBJpBb6-de2S8D9PMeUpcCvocjyvnTzG1SIfcpPLk5pX0KaYeRUM0b3dCoKS"
     "0OqN1zQjnCpr1gzMvbWDuXwJ0WMLTwSBeaZjtuiPdRytLpg",
     "JWT_KEY"},
    {"key for encryption",
     "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImVuYyJ9.eyJpc3MiOiJod"
     "HRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3A"
     "iLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1b"
     "Gxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE"
     "3OTAwMDAwMDB9.QV_gLHEDAiEk_AIJrY62A2ONMlidipbdAVxwvolSayLb8adO6U_sWeVB"
     "ki9JfZfdtwNcAHnoiSJvmYfqm4SrJ0ccsAdXLH0hfz-i1ijkwCjtB5ytmNuzcoHdQF9uV2"
     "zcItNlW5b0KpD-RmG5IN0jwgceMq9RVSULNoNRMmhj6kUNF-l63KFPgmiUX1SXVnmfAueG"
     "orKtDi6o454VuXeFwPTfY7Rb9yfji3ddGu-X02X-7L22PTuZuxDxJgWDhvrAxiQttZ19yn"
     "6caWjovgO4AzWkFi5_V4a6-BmAHT1QamDFrurXd2g_9fNNCGORmt9FfRuljS3G4kvj0Y65"
     "QVO5Hw",
     "JWT_KEY"},
    {"key off the curve",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im9mZiJ9.eyJpc3MiOiJod"
     "HRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3A"
     "iLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1b"
     "Gxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE"
     "3OTAwMDAwMDB9.IGrkNZE7S7SQgJVl1FgF2pFb_KrflLsVlRccUz1txUPinesu_8L77KLp"
     "Fte_GkvHHnJiWvH9QDcTE43a28OnQg",
     "JWT_KEY"},
    {"another key",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.UKJ8-iTDWM7P0BZIi1XoDZszvD4EhtbpIi2PI-fxUdSxjgxH3vk02WHhv"
     "9t9aZrsf1yc_ouYhLKy-uAIB93XTA",
     "JWT_SIGNATURE"},
    {"no signature",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.",
     "JWT_SIGNATURE"},
    {"changed body",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiAiaH"
     "R0cHM6Ly9sb2dpbi5leGFtcGxlIiwgImF1ZCI6ICJodHRwczovL2dhdGUuZXhhbXBsZS9t"
     "Y3AiLCAic3ViIjogImJvYiIsICJzY29wZSI6ICJvcGVuaWQgcG9ydGN1bGxpczpyZWFkIH"
     "BvcnRjdWxsaXM6dHJhZGUiLCAiZXhwIjogMTc5MDAwMDMwMCwgImlhdCI6IDE3OTAwMDAw"
     "MDAsICJuYmYiOiAxNzkwMDAwMDAwfQ.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t"
     "7MdK_g-qOf1-9DepwqRXdsnt134o3K49Cx4CCBhc9IkGlxg",
     "JWT_SIGNATURE"},
    {"signature cut",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t7MdK_g-qOf1-9Depwq"
     "RXdsnt134o3K49Cx4CCBhc9Ik",
     "JWT_SIGNATURE"},
    {"zero signature",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     "JWT_SIGNATURE"},
    {"crit",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIiwiY3JpdCI6WyJiNj"
     "QiXSwiYjY0IjpmYWxzZX0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQi"
     "OiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3AiLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW"
     "5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMw"
     "MCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.hL4KgMFCS9d4a5wh5xYAT"
     "za9nH63vsmtL20mZ6oALmoynAMt683BL-UsD6_CnlOGjLPHn5d7FV1B1PAzpg2c2w",
     "JWT"},
    {"ID token",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImlkK2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.utIDnDgYkgkpsasT18jsWN2s8-ZicknPsHxgOPGYs5R3zwzWFTzM_RrQK"
     "6wqyeiHfo_fVzxH5PusMWXGBtb3OQ",
     "JWT"},
    {"body no JSON",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.aGVsbG8.Ksm8_A"
     "vc_T7AvyJE34Bhs2AOM2sdnqMH3YARzNrUwf6VNsdcm_teHD3g5H6Z5Pdh5a0wRmbh5IRX"
     "RdAhpCDO0w",
     "JWT"},
    {"body a list",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.W10.wBIC3Ds55P"
     "R0Tg3Jh1qNrR-mziLUY9m4bAjj8faRl2SSEZPQD-bZhJQcFgQUDpnydej7FvTCFW7xgG_7"
     "4KdmKg",
     "JWT"},
    {"two parts",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9",
     "JWT"},
    {"four parts",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t7MdK_g-qOf1-9Depwq"
     "RXdsnt134o3K49Cx4CCBhc9IkGlxg.AA",
     "JWT"},
    {"five parts",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t7MdK_g-qOf1-9Depwq"
     "RXdsnt134o3K49Cx4CCBhc9IkGlxg.AA.AA",
     "JWT"},
    {"bad base64",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9!.cOuXcrMwvVJauspUzWusu6OtbtOg4wkWHYfCc7t7MdK_g-qOf1-9Depw"
     "qRXdsnt134o3K49Cx4CCBhc9IkGlxg",
     "JWT_SIGNATURE"},
    {"empty", "", "JWT"},
    {"issuer",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2V2aWwuZXhhbXBsZSIsImF1ZCI6Imh0dHBzOi8vZ2F0ZS5leGFtcGxlL21jcCIs"
     "InN1YiI6ImFubiIsInNjb3BlIjoib3BlbmlkIHBvcnRjdWxsaXM6cmVhZCBwb3J0Y3VsbG"
     "lzOnRyYWRlIiwiZXhwIjoxNzkwMDAwMzAwLCJpYXQiOjE3OTAwMDAwMDAsIm5iZiI6MTc5"
     "MDAwMDAwMH0.fZK5cptvUsoaSjF9nryqUQtpXmrUEz-5LFxYqDSLOph01Frjp9XHYLIFFP"
     "3WoS5KykeSiBNsc8OylcTlJKAVog",
     "JWT_ISSUER"},
    {"issuer with a slash",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUvIiwiYXVkIjoiaHR0cHM6Ly9nYXRlLmV4YW1wbGUvbWNw"
     "Iiwic3ViIjoiYW5uIiwic2NvcGUiOiJvcGVuaWQgcG9ydGN1bGxpczpyZWFkIHBvcnRjdW"
     "xsaXM6dHJhZGUiLCJleHAiOjE3OTAwMDAzMDAsImlhdCI6MTc5MDAwMDAwMCwibmJmIjox"
     "NzkwMDAwMDAwfQ.FC6Nn_ynkpz9NWzBvj2An88d1rFj-YYkd03dzmEHeyU13X1wu574TMN"
     "VnbIzmTR-3flh8tX0RX5n1NAGDaPtQA",
     "JWT_ISSUER"},
    {"no issuer",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJhdWQiOiJodH"
     "RwczovL2dhdGUuZXhhbXBsZS9tY3AiLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBw"
     "b3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaW"
     "F0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.EXIOnbXhKmKrWvnkL4njRoFNh-e"
     "PgEO99oh_CtJ2ERhYLWghxP9L6JVzUtiY5oczqTjyfBq_zFHqX4znoroGkg",
     "JWT_ISSUER"},
    {"audience",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJz"
     "dWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpcz"
     "p0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAw"
     "MDAwMDB9.5dnFfPIGlrUp40dg2xEPIeGcwk20ZXUnsfukgLAwHmgc4j7yY71acCGd0Vs-c"
     "Cp4D0C5Vytmt3hIT_dCnThhNA",
     "JWT_AUDIENCE"},
    {"audience list",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOlsiYSIsImIiXSwic3ViIjoiYW5uIiwic2Nv"
     "cGUiOiJvcGVuaWQgcG9ydGN1bGxpczpyZWFkIHBvcnRjdWxsaXM6dHJhZGUiLCJleHAiOj"
     "E3OTAwMDAzMDAsImlhdCI6MTc5MDAwMDAwMCwibmJmIjoxNzkwMDAwMDAwfQ.nle_1maY0"
     "3E1WrciJfYoz6FmvhHjjfKhnGa_o64HlCFooazKs1YE9jz97816WC3gG6N0-Ew2avJodM3"
     "i-eBdaw",
     "JWT_AUDIENCE"},
    {"no audience",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0"
     "Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0Ij"
     "oxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.pBWEeUjyCbI_-BCUKZVDqsOO4y3hB_I"
     "sZMefCsNI56FR08CzO6Q23nK4OMEHvhv3g4anvV7UjieD-Y4BXaOZrg",
     "JWT_AUDIENCE"},
    {"audience prefix",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ay"
     "Iiwic3ViIjoiYW5uIiwic2NvcGUiOiJvcGVuaWQgcG9ydGN1bGxpczpyZWFkIHBvcnRjdW"
     "xsaXM6dHJhZGUiLCJleHAiOjE3OTAwMDAzMDAsImlhdCI6MTc5MDAwMDAwMCwibmJmIjox"
     "NzkwMDAwMDAwfQ.M262OldR_rTaLvpIV-T4njqe4CpN6-Z-7WuZ11DDstEwFdoE_ir8cht"
     "kSRGvzN7_iK_Egv6NAJJBLFrMtvnkgQ",
     "JWT_AUDIENCE"},
    {"expired",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc4OTk5OTkzOSwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwMDB9.EtoLobjyPQuIab5-Nkkap4j7sxofzN1t4zYVTXJNxGCvZmEOEvAZOO_Ia"
     "egXoUxk-qeyL8n3ZYR-P0dZNu_wcA",
     "TOKEN_EXPIRED"},
    {"not yet",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3"
     "OTAwMDAwNjF9.whPtD9sjp7i2kWN_3LzjEGX9CN7A1BZT7wezGl6NUCikx-4NZLBcFRFdK"
     "B_VRKF2m7OsXAMsBfIWyQ9_-Uh4gg",
     "JWT_NOT_YET"},
    {"no end",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImlhdCI6MTc5MDAwMDAwMCwibmJmIjoxNzkwMDAwMDAwfQ.Ekf3psUb_"
     "Qh7KvCr589FOLaXWaxrj-bMDhbTjwO93ZUeXJcru4puTToh-Wfk5Ajg72udeeRb-2NmyWU"
     "HpU4gtw",
     "JWT"},
    {"end as text",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6IjE3OTAwMDAzMDAiLCJpYXQiOjE3OTAwMDAwMDAsIm5iZiI6"
     "MTc5MDAwMDAwMH0.XnBlOR8zTzyYNx-UMWuoUy4CJvxYFAfXy4JHDp80wlVMtjjFHIThT7"
     "CclEoJbs0CUFqOHjapMt0_oC2qImPgNg",
     "JWT"},
    {"end beyond all",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6MTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCwiaWF0"
     "IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.l6SaXm-vVDjFIiNrkr1JI8SCJLeJz"
     "7svgZ68iMBYG4wQr1ek-Dkg0Cwkf6ttIaZMRO9S4n3xE3rvvie2-NP7aA",
     "JWT"},
    {"negative end",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzdWIiOiJhbm4iLCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bG"
     "xpczp0cmFkZSIsImV4cCI6LTUsImlhdCI6MTc5MDAwMDAwMCwibmJmIjoxNzkwMDAwMDAw"
     "fQ.LwUwUUzotNlxKwq5B_AnaojQFjXSTY0xEA-dY19L_IR5lIgBMt6hvMPWSh1PiPTp5Ge"
     "wiGBjuOUwwiTuZi2dGg",
     "JWT"},
    {"no subject",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImUxIn0.eyJpc3MiOiJodH"
     "RwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL2dhdGUuZXhhbXBsZS9tY3Ai"
     "LCJzY29wZSI6Im9wZW5pZCBwb3J0Y3VsbGlzOnJlYWQgcG9ydGN1bGxpczp0cmFkZSIsIm"
     "V4cCI6MTc5MDAwMDMwMCwiaWF0IjoxNzkwMDAwMDAwLCJuYmYiOjE3OTAwMDAwMDB9.FPa"
     "G0oQ_I2k1F3Amcgb_tfN6bDOx6HwPOH4POCeLydpoIFEkn5amVh5gkpzSFmaBoyNfmMhev"
     "kpTPm4uPCOOgA",
     "JWT"},
};

#endif
