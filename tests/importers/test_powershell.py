"""PowerShell's own request commands, and cURL called from PowerShell."""

from tests.importers import paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"


def test_invoke_rest_method_is_read_with_its_variables():
    found = paste(
        "$headers = @{ 'Authorization' = 'Bearer XYZ' }\n$body = @'\n{\"id\": 1.10}\n'@\n"
        "Invoke-RestMethod -Uri 'https://h/workflows/start' -Method Post -Headers $headers "
        "-ContentType 'application/json' -Body $body"
    )
    assert (found.operation, found.body) == ("engage", '{"id": 1.10}')
    assert dict(found.headers)["Authorization"] == "Bearer {{secret:token}}"


def test_curl_in_powershell_gets_its_quotes_unescaped():
    found = paste(
        "PS C:\\x> curl.exe -X POST https://h/workflows/start `\n  -H 'A: b' `\n"
        '  -d \'{\\"id\\": 5, \\"email\\": \\"a b\\"}\''
    )
    assert found.body == '{"id": 5, "email": "a b"}'


def test_characters_that_browsers_write_as_numbers_are_joined():
    body = '"{`"a`":`"$([char]233)$([char]55357)$([char]56832)`"}"'
    found = paste(f"Invoke-WebRequest -Uri {URL} -Method POST -Body {body}")
    assert found.body == '{"a":"é😀"}'


def test_a_table_is_serialised_by_convert_to_json():
    found = paste(
        '$body = @{ id = 5; list = @(1, $true, $null); name = "a`tb" }'
        " | ConvertTo-Json -Compress\n"
        "$headers = @{}\n$headers.Add('A', \"b $env:KEY\")\n"
        f"irm {URL} -Method Post -Headers $headers -Body $body"
    )
    assert found.body == '{"id":5,"list":[1,true,null],"name":"a\\tb"}'
    assert dict(found.headers)["A"] == "b $env:KEY"


def test_a_table_is_the_query_of_a_get_request():
    assert paste("irm https://h/a -Body @{ q = 1 }").url == "https://h/a?q=1"


def test_a_body_from_a_file_is_rejected():
    assert "body.json" in refuse(f"irm {URL} -Method Post -InFile body.json")
