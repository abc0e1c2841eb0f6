ALTER SERVER archive OPTIONS (ADD "sslPassword" 'x');
