# The portal as a PSGI application, without the web server that it usually stands behind.
use Lemonldap::NG::Portal::Main;

my $portal = Lemonldap::NG::Portal::Main->run( {} );

sub {
    my $env = shift;
    # What its web server would have set.
    $env->{REQUEST_URI} = $env->{PATH_INFO} . ( $env->{QUERY_STRING} ? "?$env->{QUERY_STRING}" : "" );
    $env->{SCRIPT_NAME} = "";
    return $portal->($env);
};
