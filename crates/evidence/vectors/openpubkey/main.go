// Checks the published vectors with a stock OpenPubkey verifier: `go run .` in this folder.
//
// Of every vector that holds, the PK token has to verify, in its JSON and in its compact form, and both signed messages
// under it. Of the vectors that fail, those that OpenPubkey has an opinion about have to be refused: a wrong commitment,
// a wrong holder's signature, a wrong provider's signature. OpenPubkey knows nothing of records and receipts.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/openpubkey/openpubkey/discover"
	"github.com/openpubkey/openpubkey/pktoken"
	"github.com/openpubkey/openpubkey/providers"
	"github.com/openpubkey/openpubkey/verifier"
)

// What OpenPubkey itself judges. `key_not_found` and the like are about keys, which it looks up in its own way.
var judged = []string{
	"nonce_mismatch", "holder_signature_invalid", "statement_signature_invalid", "signature_invalid",
}

type entry struct {
	File   string `json:"file"`
	Step   string `json:"step"`
	Reason string `json:"reason"`
}

type bundle struct {
	Statement struct {
		Signer struct {
			Iss string `json:"iss"`
		} `json:"signer"`
		Client struct {
			ClientID string `json:"client_id"`
		} `json:"client"`
	} `json:"statement"`
	PKToken         json.RawMessage `json:"pk_token"`
	SignedStatement string          `json:"signed_statement"`
	Seal            string          `json:"seal"`
	Issuer          struct {
		JWKS string `json:"jwks"`
	} `json:"issuer"`
}

func main() {
	vectors := ".."
	var index []entry
	read(filepath.Join(vectors, "index.json"), &index)
	held, refused := 0, 0
	for _, entry := range index {
		asked := entry.Step == "" || slices.Contains(judged, entry.Reason)
		if !asked {
			continue
		}
		var evidence bundle
		read(filepath.Join(vectors, entry.File), &evidence)
		err := check(&evidence)
		switch {
		case entry.Step == "" && err == nil:
			held++
		case entry.Step != "" && err != nil:
			refused++
		default:
			fmt.Printf("%s: %v, and the index says %q\n", entry.File, err, entry.Reason)
			os.Exit(1)
		}
	}
	if held == 0 || refused == 0 {
		fmt.Println("there was nothing to judge")
		os.Exit(1)
	}
	fmt.Printf("OpenPubkey accepts %d PK tokens and refuses %d\n", held, refused)
}

func check(evidence *bundle) error {
	var token pktoken.PKToken
	if err := json.Unmarshal(evidence.PKToken, &token); err != nil {
		return err
	}
	if err := verify(evidence, &token); err != nil {
		return err
	}
	again, err := json.Marshal(&token)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, evidence.PKToken) {
		return errors.New("OpenPubkey writes the token otherwise")
	}
	compact, err := token.Compact()
	if err != nil {
		return err
	}
	unpacked, err := pktoken.NewFromCompact(compact)
	if err != nil {
		return err
	}
	if err := verify(evidence, unpacked); err != nil {
		return err
	}
	return messages(evidence, &token)
}

// The provider's signature, the commitment in the nonce, and the holder's signature. Evidence outlives its ID token, so
// nothing expires here.
func verify(evidence *bundle, token *pktoken.PKToken) error {
	jwks, err := base64.RawURLEncoding.DecodeString(evidence.Issuer.JWKS)
	if err != nil {
		return err
	}
	provider := providers.NewProviderVerifier(evidence.Statement.Signer.Iss, providers.ProviderVerifierOpts{
		ClientID:   evidence.Statement.Client.ClientID,
		CommitType: providers.CommitTypesEnum.NONCE_CLAIM,
		DiscoverPublicKey: &discover.PublicKeyFinder{
			JwksFunc: func(context.Context, string) ([]byte, error) { return jwks, nil },
		},
	})
	stock, err := verifier.New(provider, verifier.WithExpirationPolicy(verifier.ExpirationPolicies.NEVER_EXPIRE))
	if err != nil {
		return err
	}
	return stock.VerifyPKToken(context.Background(), token)
}

// Statement and seal are OpenPubkey signed messages, and the statement is the one that the token commits to.
func messages(evidence *bundle, token *pktoken.PKToken) error {
	statement, err := token.VerifySignedMessage([]byte(evidence.SignedStatement))
	if err != nil {
		return err
	}
	var attested string
	if err := token.Cic.ProtectedHeaders().Get("att", &attested); err != nil {
		return err
	}
	if digest := sha256.Sum256(statement); hex.EncodeToString(digest[:]) != attested {
		return errors.New("the token commits to another statement")
	}
	_, err = token.VerifySignedMessage([]byte(evidence.Seal))
	return err
}

func read(name string, into any) {
	octets, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(octets, into)
	}
	if err != nil {
		fmt.Printf("%s: %v\n", name, err)
		os.Exit(1)
	}
}
