#!/usr/bin/perl
# LemonLDAP::NG as an OpenID provider on loopback, with this clinic's clients and the people of its own demonstration.
#
#   perl provider.pl DIRECTORY PORT REDIRECT_URI...
#
# Everything that it writes goes into DIRECTORY. It prints its issuer as one line of JSON when it is ready, and ends when its
# standard input closes, so that it cannot outlive who started it. The signing key is made for this run.

use strict;
use warnings;
use Cwd qw(abs_path);
use Crypt::OpenSSL::RSA;
use File::Path qw(make_path);
use HTTP::Tiny;
use JSON;

my ( $directory, $port, @redirect_uris ) = @ARGV;
die "usage: provider.pl DIRECTORY PORT REDIRECT_URI...\n" unless @redirect_uris;
my $issuer = "http://127.0.0.1:$port";

make_path( map { "$directory/$_" } qw(conf cache sessions/lock psessions/lock) );
write_file( "conf/lmConf-1.json", to_json( configuration(), { pretty => 1 } ) );
write_file( "lemonldap-ng.ini",   settings() );
my $server = start();
wait_until_ready();
$| = 1;
print to_json( { issuer => $issuer } ), "\n";

1 while read( STDIN, my $ignored, 4096 );
kill TERM => $server;
waitpid $server, 0;

# What the Manager would write. What is not said here is LemonLDAP::NG's default.
sub configuration {
    my $key = Crypt::OpenSSL::RSA->generate_key(2048);
    return {
        cfgNum         => 1,
        cfgAuthor      => "countersign",
        cfgDate        => time,
        portal         => "$issuer/",
        domain         => "127.0.0.1",
        securedCookie  => 0,
        authentication => "Demo",
        userDB         => "Same",
        passwordDB     => "Demo",
        locationRules  => { "127.0.0.1" => { default => "accept" } },
        exportedHeaders => {},
        macros          => {},
        groups          => {},
        # The name that tokens and logs call a person by.
        whatToTrace      => "uid",
        demoExportedVars => { uid => "uid", cn => "cn", mail => "mail" },
        # How many seconds after a sign-in a prompt=login is still taken as answered by it. The default is 5.
        portalForceAuthnInterval => 1,
        # There is no script in the sign-in page's way.
        requireToken        => 0,
        loginHistoryEnabled => 0,
        notification        => 0,
        storage("globalStorageOptions",     "sessions"),
        storage("persistentStorageOptions", "psessions"),
        globalStorage                 => "Apache::Session::File",
        persistentStorage             => "Apache::Session::File",
        localSessionStorage           => "Cache::FileCache",
        localSessionStorageOptions    => { cache_root => "$directory/cache", default_expires_in => 600 },
        issuerDBOpenIDConnectActivation => 1,
        oidcServiceMetaDataIssuer       => $issuer,
        oidcServiceAllowAuthorizationCodeFlow => 1,
        oidcServicePrivateKeySig        => $key->get_private_key_string,
        oidcServicePublicKeySig         => $key->get_public_key_x509_string,
        oidcServiceKeyIdSig             => "peer",
        oidcServiceMetaDataAuthnContext => { "loa-1" => 1, "loa-2" => 2, "loa-3" => 3 },
        oidcRPMetaDataOptions           => {
            countersign => relying_party("countersign", "@redirect_uris", oidcRPMetaDataOptionsRefreshToken => 1),
            portal      => relying_party("portal", "http://127.0.0.1:18499/portal"),
            # Not an application that anybody signs in to: the records API, which asks whether a token is good.
            "records-api" => {
                oidcRPMetaDataOptionsClientID     => "records-api",
                oidcRPMetaDataOptionsClientSecret => "secret-of-the-records-api-in-tests",
            },
        },
        oidcRPMetaDataExportedVars => { map { $_ => { name => "cn" } } qw(countersign portal) },
    };
}

sub relying_party {
    my ( $id, $redirect_uris, %more ) = @_;
    return {
        oidcRPMetaDataOptionsClientID       => $id,
        oidcRPMetaDataOptionsPublic         => 1,
        oidcRPMetaDataOptionsRequirePKCE    => 1,
        oidcRPMetaDataOptionsRedirectUris   => $redirect_uris,
        oidcRPMetaDataOptionsIDTokenSignAlg => "RS256",
        # The printed name of a signature is the ID token's.
        oidcRPMetaDataOptionsIDTokenForceClaims => 1,
        # The clinic's own applications ask nobody for consent, and end a session without asking again.
        oidcRPMetaDataOptionsBypassConsent       => 1,
        oidcRPMetaDataOptionsLogoutBypassConfirm => 1,
        oidcRPMetaDataOptionsAccessTokenExpiration => 300,
        oidcRPMetaDataOptionsIDTokenExpiration     => 300,
        %more,
    };
}

sub storage {
    my ( $option, $name ) = @_;
    return $option => {
        Directory      => "$directory/$name",
        LockDirectory  => "$directory/$name/lock",
        generateModule => "Lemonldap::NG::Common::Apache::Session::Generate::SHA256",
    };
}

sub settings {
    return <<"INI";
[all]
logLevel = error
[configuration]
type = File
dirName = $directory/conf
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'configuration', 'cache_root' => '$directory/cache' }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
INI
}

sub start {
    my $application = abs_path(__FILE__) =~ s/[^\/]+$/portal.psgi/r;
    my $pid = fork // die "no process: $!\n";
    return $pid if $pid;
    $ENV{LLNG_DEFAULTCONFFILE} = "$directory/lemonldap-ng.ini";
    # Our standard output is for the one line; what the server says is a complaint.
    open STDOUT, ">&", \*STDERR or die "no output: $!\n";
    open STDERR, ">", "$directory/log" or die "no log: $!\n";
    exec "starman", "--listen", "127.0.0.1:$port", "--workers", 2, "--error-log", "$directory/log", $application;
    die "starman is not installed: $!\n";
}

sub wait_until_ready {
    my $http = HTTP::Tiny->new( timeout => 60 );
    my $end  = time + 60;
    while ( time < $end ) {
        return if $http->get("$issuer/.well-known/openid-configuration")->{success};
        die "the server ended: see $directory/log\n" if waitpid( $server, 1 ) != 0;
        select undef, undef, undef, 0.1;
    }
    kill TERM => $server;
    die "the server does not answer: see $directory/log\n";
}

sub write_file {
    my ( $name, $text ) = @_;
    open my $file, ">", "$directory/$name" or die "$name: $!\n";
    print {$file} $text;
    close $file or die "$name: $!\n";
}
