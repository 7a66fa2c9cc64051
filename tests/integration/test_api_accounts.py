from support.product import PASSWORD, Product


async def test_signing_up_signs_in(product: Product) -> None:
    owner = await product.signed_up("Owner@Example.com")
    me = (await owner.get("/auth/me")).json()
    assert me["email"] == "Owner@Example.com"
    assert me["businesses"] == []


async def test_an_address_is_taken_whatever_its_case(product: Product) -> None:
    await product.signed_up("owner@example.com")
    again = await product.post("/auth/signup", {"email": "OWNER@example.com", "password": PASSWORD, "name": "X"})
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "CONFLICT"


async def test_wrong_password_and_unknown_address_look_alike(product: Product) -> None:
    await product.signed_up("owner@example.com")
    wrong = await product.post("/auth/login", {"email": "owner@example.com", "password": "not it at all"})
    unknown = await product.post("/auth/login", {"email": "nobody@example.com", "password": "not it at all"})
    assert wrong.status_code == unknown.status_code == 401
    bodies = [answer.json()["error"] | {"request_id": ""} for answer in (wrong, unknown)]
    assert bodies[0] == bodies[1]


async def test_logging_in_with_another_case_of_the_address(product: Product) -> None:
    await product.signed_up("owner@example.com")
    answer = await product.post("/auth/login", {"email": "Owner@EXAMPLE.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["user"]["email"] == "owner@example.com"


async def test_a_business_belongs_to_whoever_made_it(product: Product) -> None:
    owner = await product.signed_up()
    made = await owner.post(
        "/users/businesses",
        {"name": "Café", "industry": "food_and_drink", "revenue_estimate": 250000.5, "founded_at": "2019-04-01"},
    )
    assert made.status_code == 201
    business = made.json()
    assert business["revenue_estimate"] == 250000.5
    assert (business["currency"], business["timezone"]) == ("usd", "UTC")
    assert (await owner.get(f"/users/businesses/{business['id']}")).json() == business
    assert (await owner.get("/users/me")).json()["businesses"] == [
        {"id": business["id"], "name": "Café", "role": "owner"}
    ]


async def test_changing_a_business_changes_only_what_was_sent(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business("Café", legal_entity="Café Ltd")
    changed = await owner.patch(f"/users/businesses/{business}", {"legal_entity": None, "timezone": "Europe/Vienna"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["legal_entity"]) == ("Café", None)
    assert changed.json()["timezone"] == "Europe/Vienna"


async def test_a_person_changes_their_name(product: Product) -> None:
    owner = await product.signed_up()
    assert (await owner.patch("/users/me", {"name": "Ada"})).json()["name"] == "Ada"
    assert (await owner.get("/auth/me")).json()["name"] == "Ada"


async def test_an_estimate_stays_the_figure_that_was_typed_in_whatever_currency(product: Product) -> None:
    owner = await product.signed_up()
    business = await owner.business("Café", revenue_estimate=250000)
    for currency in ("jpy", "kwd", "usd"):
        changed = (await owner.patch(f"/users/businesses/{business}", {"currency": currency})).json()
        assert (changed["currency"], changed["revenue_estimate"]) == (currency, 250000)
    both = (await owner.patch(f"/users/businesses/{business}", {"currency": "JPY", "revenue_estimate": 9})).json()
    assert (both["currency"], both["revenue_estimate"]) == ("jpy", 9)
