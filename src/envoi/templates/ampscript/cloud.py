"""What AMPscript can do only in its vendor's cloud, and what to write instead."""

from __future__ import annotations

_GROUPS = {
    "a template reads no network: bring what you need in the data": (
        "HTTPGet HTTPPost HTTPPost2 HTTPPostWithRetry HTTPRequestHeader WAT WATP TransformXML"
    ),
    "writing a mail changes no data: record it as an event": (
        "InsertData InsertDE UpdateData UpdateDE UpsertData UpsertDE DeleteData DeleteDE UpsertContact"
    ),
    "a code that only one person gets is given out before: bring it as a trait of the person": "ClaimRow ClaimRowValue",
    "filter people with a segment, and other lists with LookupRows": "ExecuteFilter ExecuteFilterOrderedRows",
    "bring the CRM's fields as traits of the person": (
        "CreateSalesforceObject RetrieveSalesforceObjects UpdateSingleSalesforceObject RetrieveSalesforceJobSources "
        "LongSFID AddMscrmListMember CreateMscrmRecord DescribeMscrmEntities DescribeMscrmEntityAttributes "
        "RetrieveMscrmRecords RetrieveMscrmRecordsFetchXML SetStateMscrmRecord UpdateMscrmRecords UpsertMscrmRecord"
    ),
    "the vendor's API has no part here: remove it": (
        "AddObjectArrayItem CreateObject InvokeCreate InvokeDelete InvokeExecute InvokePerform InvokeRetrieve "
        "InvokeUpdate SetObjectProperty"
    ),
    "its key lies with the vendor: bring the finished value in the data": (
        "EncryptSymmetric DecryptSymmetric GetJWTByKeyName"
    ),
    "link to a page of your own, with its address written out": (
        "CloudPagesURL MicrositeURL LiveContentMicrositeURL Redirect GetPublishedSocialContent GetSocialPublishURL "
        "GetSocialPublishURLByName"
    ),
    "a mail has no request and nobody logged in: use the person's fields": (
        "RequestParameter QueryParameter IsCHTMLBrowser AuthenticatedEmployeeID "
        "AuthenticatedEmployeeNotificationAddress AuthenticatedEmployeeUserName AuthenticatedEnterpriseID "
        "AuthenticatedMemberID AuthenticatedMemberName"
    ),
    "this is for text messages, and Envoi writes mails": (
        "CreateSmsConversation EndSmsConversation SetSmsConversationNextKeyword MobileConnect"
    ),
    "products come with the data: loop over `products`": "EinsteinEmailRecs EinsteinRecs",
    "write the picture as <img src=... alt=...> with its address": (
        "Image ImageByID ImageByKey ContentImageByID ContentImageByKey GetPortfolioItem BarcodeURL RatingStars "
        "MMS_Content_URL"
    ),
    "link to the file: Envoi attaches none": "AttachFile",
    "a mail has no form: link to a page that has it": "BuildOptionList",
}

#: By the name in small letters: the name, and what to write instead.
CLOUD = {name.lower(): (name, hint) for hint, names in _GROUPS.items() for name in names.split()}

#: Names of the vendor's own for which a project has to say what it has instead.
VENDOR_NAMES = frozenset(
    {
        "jobid", "listid", "listsubid", "_listname", "subscriberid", "_subscriberkey",
        "subscriberkey", "memberid", "view_email_url", "ftaf_url", "double_opt_in_url", "linkname",
        "emailname_", "_emailid", "_jobsubscriberbatchid", "_datasourcename", "_messagecontext", "_istestsend",
        "_messagetypepreference", "replyname", "replyemailaddress", "_preheader", "_impressionregionid",
        "_impressionregionname", "pageurl", "member_city", "member_state", "member_postalcode", "member_country",
    }
)  # fmt: skip
